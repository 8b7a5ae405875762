import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { expect, it } from 'vitest';
import { firstCacheWays, padsWidths } from './first-cache.ts';

const usual = { type: 'Data\n', level: '1\n', ways_of_associativity: '8\n' };

it.each<[number | undefined, string, Readonly<Record<string, string>>]>([
  [8, 'a data cache of 8 ways', usual],
  [12, 'one of 12', { ...usual, ways_of_associativity: '12\n' }],
  [undefined, 'a cache of instructions', { ...usual, type: 'Instruction\n' }],
  [undefined, 'a second cache', { ...usual, level: '2\n' }],
  [undefined, 'ways that are not known', { ...usual, ways_of_associativity: '0\n' }],
  [undefined, 'ways that are no number', { ...usual, ways_of_associativity: '-8 or so\n' }],
  [undefined, 'an empty file', { ...usual, ways_of_associativity: '' }],
  [undefined, 'no ways', { type: usual.type, level: usual.level }],
  [undefined, 'no type', { level: '1\n', ways_of_associativity: '8\n' }],
])('tells %s of %s', async (wanted, _, files) => {
  await using folder = await tempFolder();
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder.path, name), text);
  expect(firstCacheWays(folder.path)).toBe(wanted);
});

it('tells nothing where a system has no such folder, or a folder in the place of a file', async () => {
  await using folder = await tempFolder();
  expect(firstCacheWays(join(folder.path, 'index0'))).toBeUndefined();
  await mkdir(join(folder.path, 'type'));
  expect(firstCacheWays(folder.path)).toBeUndefined();
});

it('has widths padded where it has at most 8 ways, unless it was said that they are or are not', () => {
  const among = [undefined, 4, 8, 12, 16].map((ways) => padsWidths('auto', () => ways));
  expect(among).toEqual([false, true, true, false, false]);
  for (const ways of [undefined, 8, 12]) {
    expect(padsWidths('on', () => ways)).toBe(true);
    expect(padsWidths('off', () => ways)).toBe(false);
    expect(padsWidths(undefined, () => ways)).toBe(false);
  }
});
