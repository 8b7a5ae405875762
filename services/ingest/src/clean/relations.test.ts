import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { openBandSlots } from '@lathe/row-reader/band-slots';
import { tempFolder } from '@lathe/testkit/temp-folder';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { likenessOf } from './look.ts';
import { createRelations, type RelatedRow } from './relations.ts';

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

const bandSlots = openBandSlots();
/** Texts of few words, of which many are alike, and some say nothing. */
const said = fc.oneof(
  fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 8 }),
  fc
    .record({ at: fc.nat(40), base: fc.nat(2) })
    .map(({ at, base }) =>
      Array.from({ length: 40 }, (_, word) => (word === at ? 'x' : `w${base}n${word}`)),
    ),
);
/** Rows that are added or met by themselves, or in runs. */
const step = fc.record({
  isRun: fc.boolean(),
  isMet: fc.boolean(),
  texts: fc.array(said, { maxLength: 40 }),
});

/** Where what rows are likened by stands in the numbers of a run. */
function runOf(rows: readonly RelatedRow[]) {
  const numbers: number[] = [];
  const [starts, bandStarts] = [new Int32Array(rows.length), new Int32Array(rows.length)];
  for (const [row, { likeness }] of rows.entries()) {
    starts[row] = numbers.length;
    bandStarts[row] = numbers.push(...likeness.shingles);
    numbers.push(...likeness.bands);
  }
  return { numbers: Uint32Array.from(numbers), starts, bandStarts };
}

it.runIf(bandSlots)('finds the same of rows that come in runs, in C', async () => {
  await using folder = await tempFolder();
  fc.assert(
    fc.property(fc.array(step, { maxLength: 8 }), (steps) => {
      const [plain, native] = [
        createRelations(folder.path),
        createRelations(folder.path, bandSlots),
      ];
      let line = 1;
      for (const { isRun, isMet, texts } of steps) {
        const rows = texts.map((words): RelatedRow => {
          const completion = words.join(' ');
          const row = {
            ...({ kind: 'completion', line, part: 0 } as const),
            prompt: '',
            completion,
          };
          const both = completion.length * 7 + (completion.codePointAt(0) ?? 0);
          const asked = line % 3 === 0 ? undefined : completion.length;
          return { ...rowOf(line++), asked, group: both % 5, both, likeness: likenessOf(row) };
        });
        if (isRun && isMet) native.expectMet(runOf(rows));
        if (isRun && !isMet)
          native.expect(
            runOf(rows),
            Float64Array.from(rows, (row) => row.both),
          );
        for (const row of rows)
          if (isMet) for (const each of [plain, native]) each.meet(row);
          else expect(native.add(row)).toEqual(plain.add(row));
      }
      expect(native.bridges).toEqual(plain.bridges);
      expect(native.met()).toEqual(plain.met());
      expect(native.forms()).toEqual(plain.forms());
    }),
  );
});
