import type { JobRecord } from '@lathe/contracts/job/record';
import type { Architecture, Task } from '@lathe/recipe/task';
import { taskRows, usualTask } from '@lathe/recipe/task-rows';
import type { FileKind } from './lesson.ts';

/** What a job says of its rows. */
type Wanted = {
  readonly task?: Task | undefined;
  readonly method?: JobRecord['method'];
  readonly loss?: string | undefined;
};

/** What files of rows look like, for those who uploaded something else. */
export const wantedFile = `Wanted is JSON Lines: one object a line, ${taskRows.generation.wanted}; or rows of another task, or a table (CSV) with these names in its first line, as docs/rows.md has them.`;

/** Rows that a job of that task or method could use, so that a line that looks like several is taken for one of them; any without. */
export function fittingKinds({ task, method, loss }: Wanted): readonly FileKind[] {
  if (method === 'dpo') return [loss === 'kto' ? 'judged' : 'preference'];
  if (method === 'reinforcement') return ['chat'];
  return task === undefined ? [] : taskRows[task.type].kinds;
}

/** Rows that a base model is taught where the job says nothing. Labels that a decoder writes are the last that rows are taken for. */
export function usableKinds(architecture: Architecture): readonly FileKind[] {
  const kinds = Object.keys(usualTask) as FileKind[];
  return kinds.filter(
    (kind) =>
      usualTask[kind][architecture] !== undefined &&
      !(architecture === 'decoder' && kind === 'labelled'),
  );
}
