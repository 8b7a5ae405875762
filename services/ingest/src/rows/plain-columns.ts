import type { Lesson } from '../lesson/lesson.ts';
import { columnOf } from '../read/format/format.ts';
import type { RowLimits } from './row-task.ts';

/** Levels of the JSON of a prompt with its completion. */
const depth = 1;
/** A column that says what a row belongs to, whatever else it is. */
const grouping = 'group';

/** The columns that lines of prompts with completions have where they are taken as they are; undefined of lines that become other rows. */
export function plainColumns({
  lesson: { rows, task, answers, reading },
  limits: { mend, maxDepth },
}: {
  readonly lesson: Lesson;
  readonly limits: Pick<RowLimits, 'mend' | 'maxDepth'>;
}): { readonly prompt: string; readonly completion: string } | undefined {
  if (rows !== 'completion' || task !== 'generation' || answers !== undefined) return undefined;
  if (mend === true || maxDepth < depth) return undefined;
  if (reading === undefined) return { prompt: 'prompt', completion: 'completion' };
  if (reading.format !== 'prompt-completion') return undefined;
  const names = Object.values(reading.columns).flat();
  const prompt = columnOf(reading.columns, 'prompt');
  const completion = columnOf(reading.columns, 'completion');
  if (prompt === undefined || completion === undefined || names.length !== 2) return undefined;
  return names.includes(grouping) ? undefined : { prompt, completion };
}
