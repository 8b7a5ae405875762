import type { CanonicalRow, Finding } from '@lathe/contracts/artifact/dataset';
import type { ShardExample, ShardRun } from '@lathe/contracts/artifact/shard';
import type { Task } from '@lathe/recipe/task';
import type { Lesson } from '../lesson/lesson.ts';

export type FileName = Finding['file'];

/** A row as the survey sees it. */
export type SurveyedRow = {
  readonly row: CanonicalRow;
  readonly file: FileName;
  /** Hashes of what it asks and of what it answers. */
  readonly prompt: number;
  readonly answer: number;
};

/** What is learned of a task from all rows together. */
export type Survey = {
  /** Takes note of a right row; what is wrong with it beside those before it. Absent where rows say nothing of each other. */
  add?(row: SurveyedRow): readonly Finding[];
  /** What is wrong with the files as wholes, once all rows were added. */
  findings(): readonly Finding[];
  /** The task with all that the rows say of it; undefined for a model that writes. */
  task(): Task | undefined;
  /** The examples of a row, whose JSON is given as UTF-8, with what depends on all rows, such as places of labels; absent where nothing does. */
  complete?(json: Uint8Array, examples: readonly ShardExample[]): readonly ShardExample[];
  /** What the row is counted under in the balance of labels; absent where rows have none. */
  labelsOf?(json: Uint8Array): readonly string[];
};

/** What ingest does for a task beside reading, checking and encoding its rows. */
export type TaskWork = {
  readonly survey: (lesson: Lesson, asked: Task) => Survey;
  /** How much of the examples of a row is taught: targets, labelled tokens, or texts. */
  readonly count: (examples: readonly ShardExample[]) => number;
  /** The same of rows of one example each, end to end; absent where rows are looked at one by one. */
  readonly countRun?: (run: ShardRun) => number;
};

/** Of a task whose rows say nothing of each other. */
export function plainSurvey(task: Task | undefined): Survey {
  return {
    findings: () => [],
    task: () => task,
  };
}

/** Numbers rows, so that the examples of each are known to be of one. */
export function groupNumbers(): (examples: readonly ShardExample[]) => ShardExample[] {
  let groups = 0;
  return (examples) => {
    const group = Int32Array.of(groups++);
    return examples.map((example) => ({ ...example, group }));
  };
}

/** A finding that is an error. */
export function wrong(
  place: { readonly file: FileName; readonly line: number; readonly path: string },
  rule: string,
  message: string,
): Finding {
  return { ...place, rule, message, level: 'error' };
}
