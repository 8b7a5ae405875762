import { expect, test } from 'vitest';
import { sampleRows } from './sample-rows.ts';

/** Sorted by label, as many public files are. */
const rows = Array.from({ length: 1000 }, (_, at) => ({ line: at + 1, label: at >> 7 }));
const line = (row: (typeof rows)[number]) => row.line;

test('the first of a sample are of every part of a sorted file', async () => {
  const sample = await sampleRows(rows, line, { seed: 3, most: 400 });
  expect(sample).toHaveLength(400);
  expect(new Set(sample).size).toBe(400);
  const labels = new Set(sample.slice(0, 80).map(({ label }) => label));
  expect([...labels].toSorted()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
});

test('a smaller sample is the beginning of a larger one, and all rows are in the largest', async () => {
  const all = await sampleRows(rows, line, { seed: 3, most: 5000 });
  expect(all.toSorted((a, b) => a.line - b.line)).toEqual(rows);
  expect(await sampleRows(rows, line, { seed: 3, most: 40 })).toEqual(all.slice(0, 40));
  expect(await sampleRows(rows, line, { seed: 4, most: 40 })).not.toEqual(all.slice(0, 40));
});
