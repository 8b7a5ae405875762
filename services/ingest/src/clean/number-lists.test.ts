import { join } from 'node:path';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { expect, it } from 'vitest';
import { createNumberLists } from './number-lists.ts';

it('gives back lists of any length, also ones that fill a piece, of which the older ones lie in a file', async () => {
  await using folder = await tempFolder();
  const lists = createNumberLists(join(folder.path, 'lists'));
  const large = [300_000, 1, 200_000, 200_000];
  const lengths = [3, 0, ...large, ...large, ...large, ...large, ...Array<number>(2000).fill(2)];
  const made = lengths.map((length, place) => new Uint32Array(length).fill(place));
  for (const list of made) lists.add(list);
  for (const [place, list] of made.entries())
    expect(Buffer.from(lists.list(place)).equals(Buffer.from(list))).toBe(true);
});
