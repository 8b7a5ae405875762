import type { CanonicalRow } from '@lathe/contracts/artifact/dataset';
import type { Architecture, Task } from '@lathe/recipe/task';

/** How the lines of a file are, by the canonical row that they become. */
export type FileKind = CanonicalRow['kind'];

export type TaskType = Task['type'];

/** What the labels of a text are: one of several, all that hold, or numbers. */
export type Problem = NonNullable<Extract<Task, { type: 'classification' }>['problem']>;

/** What the rows of a job teach, as far as it is known before all of them are read. */
export type Lesson = {
  readonly task: TaskType;
  /** How the base model reads. */
  readonly architecture: Architecture;
  /** How the lines are. */
  readonly rows: FileKind;
  /** How the label of a labelled row is read. */
  readonly problem?: Problem | undefined;
  /** What there is to choose from, where the job or the model that it goes on from says so. */
  readonly labels?: readonly string[] | undefined;
  /** Of labels that a model is to write: as an answer in a chat, or after the text. */
  readonly answers?: 'chat' | 'completion' | undefined;
};

/** The canonical rows that lines become. */
export function canonicalKind({ rows, answers }: Lesson): FileKind {
  return answers ?? rows;
}
