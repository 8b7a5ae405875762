import { rankOf } from './held-out.ts';

type Draw = { readonly seed: number; readonly most: number };

/**
 * As many of the rows, drawn by hash(seed, line), in the order of the draw: the first so many are a sample as well, however
 * a file is sorted. Memory holds twice as many at the most.
 */
export async function sampleRows<Row>(
  rows: AsyncIterable<Row> | Iterable<Row>,
  lineOf: (row: Row) => number,
  { seed, most }: Draw,
): Promise<Row[]> {
  let kept: { row: Row; rank: number }[] = [];
  const cut = (): void => {
    kept = kept.toSorted((a, b) => a.rank - b.rank).slice(0, most);
  };
  for await (const row of rows) {
    kept.push({ row, rank: rankOf(seed, lineOf(row)) });
    if (kept.length >= 2 * most) cut();
  }
  cut();
  return kept.map(({ row }) => row);
}
