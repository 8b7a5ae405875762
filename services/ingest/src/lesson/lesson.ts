import type { CanonicalRow } from '@lathe/contracts/artifact/dataset';
import type { ChoiceAnswers, Columns } from '@lathe/contracts/artifact/detection';
import type { FormatName } from '@lathe/contracts/artifact/format-roles';
import type { Architecture, Task } from '@lathe/recipe/task';

/** How the lines of a file are, by the canonical row that they become. */
export type FileKind = Exclude<CanonicalRow['kind'], 'prompt'>;
/** What lines are read as: chats without an answer are prompts where the job wants such. */
export type RowsKind = CanonicalRow['kind'];

export type TaskType = Task['type'];

/** What the labels of a text are: one of several, all that hold, or numbers. */
export type Problem = NonNullable<Extract<Task, { type: 'classification' }>['problem']>;

/** How tags say where spans begin and end, other than by B- and I- (IOB2). */
export type TagScheme = 'iob1' | 'iobes';

/** How a file's rows are read: what was found, or what `lathe.data` asks for. */
export type Reading = {
  readonly format: FormatName;
  readonly columns: Columns;
  /** Columns that most rows have and that have no role: told of each row, and left out. */
  readonly unused: readonly string[];
  /** Whether every column stays in the row, whatever it is called: graders look at them. */
  readonly keepsAll?: boolean | undefined;
  /** Names of labels or tags that rows have as numbers. */
  readonly labelNames?: readonly string[] | undefined;
  /** Of scored pairs: the lowest and the highest that a score can be, where the job says them. */
  readonly scoreEnds?: readonly [least: number, most: number] | undefined;
  /** What parts several labels in one text. */
  readonly separator?: string | undefined;
  /** Whether labels are numbers that stand as texts. */
  readonly areNumbers?: boolean | undefined;
  /** Of questions with choices: what their answers are. */
  readonly answers?: ChoiceAnswers | undefined;
  /** What is answered where no call is right. */
  readonly noCall?: string | undefined;
  /** How tags are written that become IOB2. */
  readonly scheme?: TagScheme | undefined;
};

/** What the rows of a job teach, as far as it is known before all of them are read. */
export type Lesson = {
  readonly task: TaskType;
  /** How the base model reads. */
  readonly architecture: Architecture;
  /** How the lines are. */
  readonly rows: RowsKind;
  /** Of prompts: fields that the job's grader wants in every row. */
  readonly itemFields?: readonly string[] | undefined;
  /** How the label of a labelled row is read. */
  readonly problem?: Problem | undefined;
  /** What there is to choose from, where the job or the model that it goes on from says so. */
  readonly labels?: readonly string[] | undefined;
  /** Of labels that a model is to write: as an answer in a chat, or after the text. */
  readonly answers?: 'chat' | 'completion' | undefined;
  /** How lines become rows; as they are without it. */
  readonly reading?: Reading | undefined;
};

/** The canonical rows that lines become. */
export function canonicalKind({ rows, answers }: Lesson): RowsKind {
  return answers ?? rows;
}
