import { truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { expect, it } from 'vitest';
import { createRowNumbers } from './row-numbers.ts';

it('gives back numbers in any order while more come, as an array does', async () => {
  await using folder = await tempFolder();
  const numbers = createRowNumbers(join(folder.path, 'numbers'));
  const wanted: number[] = [];
  for (let index = 0; index < 30_000; index++) {
    const value = index % 3 === 0 ? -index : index * 2 ** 33 + 0.5;
    numbers.push(value);
    wanted.push(value);
    const place = (index * 7919) % (index + 1);
    if (index % 11 === 0 && numbers.at(place) !== wanted[place]) throw new Error(`at ${place}`);
  }
  expect(numbers).toHaveLength(wanted.length);
  expect([...numbers]).toEqual(wanted);
  expect([numbers.at(-1), numbers.at(wanted.length)]).toEqual([undefined, undefined]);
});

it('names the file that ends too early', async () => {
  await using folder = await tempFolder();
  const path = join(folder.path, 'numbers');
  const numbers = createRowNumbers(path);
  for (let index = 0; index < 3000; index++) numbers.push(index);
  await truncate(path, 100);
  expect(() => numbers.at(5)).toThrow(/numbers ends before byte 16384/);
});
