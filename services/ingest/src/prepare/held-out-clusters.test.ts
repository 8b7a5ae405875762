import { expect, it } from 'vitest';
import { heldOutClusters } from './held-out-clusters.ts';

it('marks held-out rows that share a group, by numbers in their order', () => {
  const groups = [9, 4, 9, 7, 7, 4];
  // Row 5 is trained on, so row 1 is alone.
  const marks = heldOutClusters(groups, (index) => index !== 5);
  const json = Buffer.from('{"line":1}');
  const rows = groups
    .slice(0, 5)
    .map((_, index) => JSON.parse(Buffer.from(marks.mark(json, index)).toString()));
  expect(rows.map(({ cluster }) => cluster)).toEqual([1, undefined, 1, 2, 2]);
});
