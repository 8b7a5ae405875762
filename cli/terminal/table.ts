import { cutText, padText, textWidth } from './text-width.ts';

const gap = '  ';
/** Columns that a cell keeps when others need room. */
const leastColumns = 8;

/**
 * Rows under their heads in columns. Where the lines are wider than `columns`, the widest cells are cut.
 * @example table(['job', 'state'], [['ftjob-1', 'running']], 80);
 */
export function table(
  heads: readonly string[],
  rows: readonly (readonly string[])[],
  columns: number,
): string[] {
  const all = [heads, ...rows];
  const widths = heads.map((_, at) => Math.max(...all.map((row) => textWidth(row[at] ?? ''))));
  const sum = (): number =>
    widths.reduce((total, width) => total + width, 0) + gap.length * (widths.length - 1);
  while (sum() > columns) {
    const widest = widths.indexOf(Math.max(...widths));
    const width = widths[widest] ?? 0;
    if (width <= leastColumns) break;
    widths[widest] = width - 1;
  }
  return all.map((row) =>
    row
      .map((cell, at) => padText(cutText(cell, widths[at] ?? 0), widths[at] ?? 0))
      .join(gap)
      .trimEnd(),
  );
}
