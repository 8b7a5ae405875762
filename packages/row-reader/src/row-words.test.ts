import { expect, it } from 'vitest';
import { openRowFinder } from './row-finder.ts';
import type { StoredRows } from './stored-rows.ts';

function stored(rows: readonly Uint8Array[]): StoredRows {
  let end = 0;
  const ends = Int32Array.from(rows, ({ length }) => (end += length));
  const starts = ends.map((each, at) => each - (rows[at] as Uint8Array).length);
  return { bytes: Buffer.concat(rows), starts, ends };
}

function wordFinder(factsOf: (code: number) => Int32Array) {
  const words = openRowFinder(factsOf)?.words;
  return words && ((rows: readonly Uint8Array[]) => words(stored(rows)));
}

/** None where set-up had no compiler. What is found is compared with the TypeScript in services/ingest. */
const find = wordFinder(() => new Int32Array());

/** A row of so many words that are asked, and that are answered. */
function rowOf(line: number, asked: number, answered: number): Buffer {
  const words = (count: number) => Array.from({ length: count }, (_, at) => `word${at}`).join(' ');
  const messages = [
    { role: 'user', content: words(asked) },
    { role: 'assistant', content: words(answered) },
  ];
  return Buffer.from(JSON.stringify({ kind: 'chat', line, messages }));
}
const other = Buffer.from('{"kind":"text","line":4,"part":0,"text":"word0"}');

it.runIf(find !== undefined)(
  'tells the words and shingles of each row, and rows of another form',
  () => {
    const found = find?.([rowOf(2, 3, 4), other, rowOf(7, 0, 1), rowOf(9, 2, 0)]);
    const [first, second, third] = found?.words ?? [];
    expect(found).toMatchObject({
      lines: Float64Array.of(2, -1, 7, 9),
      asked: Int32Array.of(3, -1, 0, 2),
      wordEnds: Int32Array.of(7, 7, 8, 10),
      shingleEnds: Int32Array.of(3, 3, 4, 5),
    });
    expect(new Set([first, second, third]).size).toBe(3);
    expect([...(found?.words.slice(3, 6) ?? [])]).toEqual([first, second, third]);
    expect([...(found?.words.slice(7, 10) ?? [])]).toEqual([first, first, second]);
  },
);

it.runIf(find !== undefined)('tells the words of completions as those of chats', () => {
  const row = (prompt: string, completion: string) =>
    Buffer.from(JSON.stringify({ kind: 'completion', line: 3, prompt, completion }));
  const rows = [
    rowOf(3, 2, 4),
    row('word0, word1', ' word0\n"word1" word2 word3'),
    row('', 'word0'),
  ];
  const found = find?.(rows);
  expect(found).toMatchObject({
    ...{ lines: Float64Array.of(3, 3, 3), asked: Int32Array.of(2, 2, 0) },
    ...{ wordEnds: Int32Array.of(6, 12, 13), shingleEnds: Int32Array.of(2, 4, 5) },
  });
  expect(found?.words.slice(0, 6)).toEqual(found?.words.slice(6, 12));
  expect(found?.shingles.slice(0, 2)).toEqual(found?.shingles.slice(2, 4));
});

it.runIf(find !== undefined)('finds as much in many rows as in each by itself', () => {
  const rows = Array.from({ length: 40 }, (_, at) => rowOf(at + 1, 10 * at, 40));
  const each = rows.flatMap((row) => {
    const { words, wordEnds } = find?.([row]) ?? { words: new Uint32Array(), wordEnds: [] };
    return [...words.slice(0, wordEnds[0])];
  });
  const all = find?.(rows);
  expect([...(all?.words.slice(0, all.wordEnds.at(-1)) ?? [])]).toEqual(each);
  expect(find?.([])).toMatchObject({ lines: new Float64Array(), wordEnds: new Int32Array() });
});

/** A row whose answer has characters beyond ASCII. */
function rowSaying(answer: string): Buffer {
  const messages = [
    { role: 'user', content: 'one two' },
    { role: 'assistant', content: answer },
  ];
  return Buffer.from(JSON.stringify({ kind: 'chat', line: 1, messages }));
}
const charactersFrom = (first: number, count: number): string =>
  String.fromCodePoint(...Array.from({ length: count }, (_, at) => first + at));

it.runIf(find !== undefined)('refuses rows without a start and an end each', () => {
  const rows = { ...stored([rowOf(2, 3, 4)]), ends: new Int32Array() };
  const finder = openRowFinder(() => new Int32Array());
  expect(() => finder?.words(rows)).toThrow(
    new RangeError('there are 1 starts and 0 ends of rows'),
  );
});

it.runIf(find !== undefined)('asks for few characters of a row, which is then for others', () => {
  let asked = 0;
  // A sign that parts words, which is its own form.
  const finder = wordFinder((code) => {
    asked++;
    return Int32Array.of(4, 0, 3, 1, ...Buffer.from(String.fromCodePoint(code)), 4 * code);
  });
  const many = rowSaying(`${charactersFrom(0x2500, 1000)} three`);
  expect(finder?.([many, rowOf(7, 2, 1)]).asked).toEqual(Int32Array.of(-1, 2));
  expect(asked).toBe(128);
});

it.runIf(find !== undefined)('reads no long row over and over for its characters', () => {
  let asked = 0;
  const finder = wordFinder((code) => {
    asked++;
    return Int32Array.of(4, 0, 3, 1, ...Buffer.from(String.fromCodePoint(code)), 4 * code);
  });
  const long = rowSaying(`${'word '.repeat(100_000)}${charactersFrom(0x2500, 100)}`);
  expect(finder?.([long, rowOf(7, 2, 1)]).asked).toEqual(Int32Array.of(-1, 2));
  expect(asked).toBeLessThan(10);
});

it.runIf(find !== undefined)('reads other letters after rows with more than have a place', () => {
  // A letter, which is its own form of one unit.
  const finder = wordFinder((code) =>
    Int32Array.of(2, 0, 2, 1, ...Buffer.from(String.fromCodePoint(code)), 4 * code + 1),
  );
  const [many, few] = [rowSaying(charactersFrom(0x400, 100)), rowSaying('Привет')];
  const [alone] = [finder?.([few]).words.slice(0, 3)];
  expect(finder?.([many]).asked).toEqual(Int32Array.of(-1));
  const after = finder?.([few]);
  expect(after?.asked).toEqual(Int32Array.of(2));
  expect(after?.words.slice(0, 3)).toEqual(alone);
});
