import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { expect, it } from 'vitest';
import { likenessOf } from './look.ts';
import { createRelations } from './relations.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** What is held, without what nobody needs any more. */
function heldBytes(): number {
  // The first only begins to give back what arrays held.
  collectGarbage();
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** Too short to be like another, as most rows of a large file are no longer looked for: each with hashes of its own. */
const rowOf = (line: number) => {
  const own = (line * 2_654_435_761) % 2 ** 48;
  return {
    ...{ line, group: own + 1, plain: own + 2, asked: own + 3, answer: own + 4, both: own + 5 },
    likeness: { shingles: new Uint32Array(), bands: new Uint32Array() },
  };
};

/** What finds a row again takes of memory, at most. */
const bytesOfRow = 70;

it('keeps three small numbers of a row in memory, and gives them back', async () => {
  await using folder = await tempFolder();
  const relations = createRelations(folder.path);
  let line = 1;
  const addUntil = (last: number): number => {
    for (; line <= last; line++) relations.add(rowOf(line));
    return heldBytes();
  };
  const [few, many] = [addUntil(50_000), addUntil(200_000)];
  expect((many - few) / 150_000).toBeLessThan(bytesOfRow);
  expect(relations.add(rowOf(3))).toMatchObject({ number: 200_000, repeats: 3 });
  expect(relations.add({ ...rowOf(199_998), answer: 1, both: 0 })).toMatchObject({
    contradicts: 199_998,
  });
  relations.close();
  expect(heldBytes()).toBeLessThan(few);
  expect(relations.isComplete()).toBe(true);
});

it('puts a row that repeats another to it and its like, whatever its own group', async () => {
  await using folder = await tempFolder();
  const relations = createRelations(folder.path);
  const likeness = likenessOf({
    kind: 'completion',
    line: 1,
    prompt: 'a b c d e f',
    completion: 'g',
  });
  // The second is like the first but of another group, which came before.
  const rows = [
    { ...rowOf(1), likeness },
    rowOf(2),
    { ...rowOf(3), likeness, group: rowOf(2).group },
    { ...rowOf(4), likeness, both: rowOf(3).both },
  ];
  const [first, other, third, repeat] = rows.map((row) => relations.add(row));
  expect(third).toMatchObject({ cluster: other?.cluster, resembles: 1 });
  expect(repeat).toMatchObject({ cluster: third?.cluster, repeats: 3, resembles: undefined });
  expect([...relations.bridges]).toEqual([
    [2, [first?.cluster]],
    [3, [first?.cluster]],
  ]);
});
