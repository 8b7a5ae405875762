import type { Task } from '@lathe/recipe/task';
import { taskRows } from '@lathe/recipe/task-rows';
import type { FileKind } from './lesson.ts';

/** What files of rows look like, for those who uploaded something else. */
export const wantedFile = `Wanted is JSON Lines: one object a line, ${taskRows.generation.wanted}; or rows of another task, or a table (CSV) with these names in its first line, as docs/rows.md has them.`;

/** Rows that a job of that task could use, so that a line that looks like several is taken for one of them; any without a task. */
export function fittingKinds(task: Task | undefined): readonly FileKind[] {
  return task === undefined ? [] : taskRows[task.type].kinds;
}
