import type { CanonicalRow } from '@lathe/contracts/artifact/dataset';
import type { Contestant, EvaluationReport } from '@lathe/contracts/artifact/report';
import type { LabelAnswer } from '@lathe/scoring/baseline/label-model';
import type { Metric } from '@lathe/scoring/bootstrap';

type RowOf<Kind extends CanonicalRow['kind']> = Extract<CanonicalRow, { kind: Kind }>;

/** A row that a written answer is expected of. */
export type WrittenRow = {
  readonly line: number;
  /** Rows of one number are not independent of one another. */
  readonly cluster?: number | undefined;
  readonly system?: string;
  readonly prompt: string;
  readonly expected: string;
  /** Where it has tools: whether calls of them are expected. */
  readonly hasCalls?: boolean;
};

/** What was written; where the row has tools, whether its calls, or its text where none are expected, are right. */
export type WrittenAnswer = { readonly text: string; readonly isRight?: boolean };

/** A row that a grader judges answers to. */
export type PromptRow = Omit<WrittenRow, 'expected' | 'hasCalls'>;

/** The first of the answers to a prompt, and what all were worth. */
export type RewardedAnswer = { readonly text: string; readonly reward: number | null };

/** Scores of the better and of the worse of two. */
export type PairScores = { readonly preferred: number; readonly rejected: number };

/** For each task the rows that are scored, and what a contestant answers to one. */
export type TaskData = {
  readonly classification: { readonly row: RowOf<'labelled'>; readonly answer: LabelAnswer };
  /** A tag for each word. */
  readonly 'token-classification': {
    readonly row: RowOf<'tagged'>;
    readonly answer: readonly string[];
  };
  readonly 'question-answering': {
    readonly row: RowOf<'question'>;
    /** `noAnswer`: how much surer it is that the context does not tell than of the text; above 0 it answers nothing. */
    readonly answer: { readonly text: string; readonly noAnswer: number };
  };
  readonly embedding: { readonly row: RowOf<'related'>; readonly answer: Closeness };
  /** Sum of the losses of the masked tokens, in nats, and how many there are. */
  readonly 'masked-lm': {
    readonly row: RowOf<'text'>;
    readonly answer: { readonly loss: number; readonly tokens: number };
  };
  /** Of texts with a number that number. */
  readonly reward: {
    readonly row: RowOf<'preference'> | RowOf<'labelled'>;
    readonly answer: PairScores | number;
  };
  readonly preference: { readonly row: RowOf<'preference'>; readonly answer: PairScores };
  /** Of single answers, good or bad: the reward of each. */
  readonly judged: { readonly row: RowOf<'judged'>; readonly answer: number };
  /** Answers to prompts without an expected one, with the mean of their rewards; null where none could be graded. */
  readonly rewarded: { readonly row: PromptRow; readonly answer: RewardedAnswer };
  readonly generation: { readonly row: WrittenRow; readonly answer: WrittenAnswer };
};
export type TaskName = keyof TaskData;

/** How near the texts of a row are to one another, as a contestant sees it. */
export type Closeness = {
  /** Place of the row's second text among those of all rows, from 1 on; null where pairs have scores. */
  readonly place: number | null;
  /** Whether the second text is nearer than every further one; null without any. */
  readonly isCloser: boolean | null;
  /** Of the first two texts. */
  readonly similarity: number;
};

/** A metric as it stands in a report. */
export type NamedMetric<Answer> = {
  readonly of: (answers: readonly Answer[]) => Metric;
  readonly lowerIsBetter?: true;
  /** A share of 1, which people read as percent; or a number. */
  readonly unit: 'share' | 'number';
  /** Of each row whether it counts; absent: all do. */
  readonly counts?: readonly boolean[];
};

/** Vectors of the base model, for the training rows and for those that are scored. */
type BaseVectors = {
  readonly train: readonly Float32Array[];
  readonly rows: readonly Float32Array[];
};

/** What is known before anyone answers. */
export type ContestData<Task extends TaskName> = {
  readonly rows: readonly TaskData[Task]['row'][];
  readonly train: readonly TaskData[Task]['row'][];
  /** Of the first training rows alone. */
  readonly vectors?: BaseVectors | undefined;
  /** The labels that the models were taught, in the order of their probabilities. */
  readonly labels?: readonly string[] | undefined;
};

/** Rules of one task's contest over its rows. */
export type TaskContest<Row, Answer> = {
  /** Name of the metric that decides. */
  readonly headline: string;
  /** The rate of right answers is the headline: a test of rows fits it. */
  readonly isRate: boolean;
  readonly metrics: Readonly<Record<string, NamedMetric<Answer>>>;
  /** Contestants that cost no model. */
  baselines(): readonly {
    readonly name: Contestant['name'];
    readonly answers: readonly Answer[];
  }[];
  /** Null: answers are more or less near, never right or wrong. */
  isRight(row: Row, answer: Answer): boolean | null;
  /** Kinds of rows that it belongs to. */
  slices(row: Row): readonly string[];
  readonly labels?: (answers: readonly Answer[]) => EvaluationReport['labels'];
  show(row: Row): { readonly system?: string; readonly prompt: string; readonly expected: string };
  tell(answer: Answer): string;
};

/** The contest of a task, by its name. */
export type ContestOf<Task extends TaskName> = TaskContest<
  TaskData[Task]['row'],
  TaskData[Task]['answer']
>;
