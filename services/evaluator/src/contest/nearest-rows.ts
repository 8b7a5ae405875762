import { fitBm25 } from '@lathe/scoring/baseline/bm25';
import type { AnsweredRow } from '../texts/held-out.ts';
import { writtenRow } from './written-row.ts';

/** Training rows that the nearest are looked for in. */
const mostKnown = 4000;

/** Finds the rows whose questions are nearest to that of another by BM25, so many of the first 4,000, the nearest one last. */
export function nearestRows(
  rows: readonly AnsweredRow[],
): (row: AnsweredRow, count: number) => AnsweredRow[] {
  const known = rows.slice(0, mostKnown);
  const score = fitBm25(known.map((row) => writtenRow(row).prompt));
  return (row, count) => {
    const scores = score(writtenRow(row).prompt);
    return [...known.keys()]
      .sort((a, b) => (scores[b] as number) - (scores[a] as number) || a - b)
      .slice(0, count)
      .map((at) => known[at] as AnsweredRow)
      .toReversed();
  };
}
