import type { AnsweredRow } from '../texts/held-out.ts';
import { nearestItems, nearnessByWords, shelfOfRows } from './shelf.ts';

/** Finds the rows whose questions are nearest to that of another by BM25, so many of the first 4,000, the nearest one last. */
export function nearestRows(
  rows: readonly AnsweredRow[],
): (row: AnsweredRow, count: number) => AnsweredRow[] {
  const nearness = nearnessByWords(shelfOfRows(rows));
  return (row, count) =>
    nearestItems(nearness(row), count).map((place) => rows[place] as AnsweredRow);
}
