import type { CanonicalRow } from '@lathe/contracts/artifact/dataset';
import { openRowFinder } from '@lathe/row-reader/row-finder';
import { expect, it } from 'vitest';
import { characterNumbers } from './character-numbers.ts';
import { type StoredRows, wordsOfRows } from './row-words.ts';

const rowOf = (line: number, completion: string): Uint8Array => {
  const row: CanonicalRow = { kind: 'completion', line, prompt: 'What is it?', completion };
  return Buffer.from(JSON.stringify(row));
};

function stored(rows: readonly Uint8Array[]): StoredRows {
  let end = 0;
  const ends = Int32Array.from(rows, ({ length }) => (end += length));
  const starts = ends.map((each, at) => each - (rows[at] as Uint8Array).length);
  return { bytes: Buffer.concat(rows), starts, ends };
}

it('finds the words of rows by the finder, and by itself those that it does not know', () => {
  const rows = stored([
    rowOf(3, 'A parcel.'),
    rowOf(5, 'An invoice, I guess.'),
    rowOf(8, 'Nothing.'),
  ]);
  const [first, second, third] = wordsOfRows(rows, undefined);
  expect([first, second, third].map((row) => row?.line)).toEqual([3, 5, 8]);
  expect(first?.asked.length).toBe(3);
  // Of "what is it a parcel" one, of "what is it an invoice i guess" three.
  expect([first, second].map((row) => row?.shingles.length)).toEqual([1, 3]);
  const found = wordsOfRows(rows, () => ({
    ...{ lines: [30, -1, 80], asked: [1, -1, 2] },
    ...{ words: Uint32Array.of(1, 2, 3, 4, 5), wordEnds: Int32Array.of(2, 2, 5) },
    ...{ shingles: Uint32Array.of(6, 7, 8), shingleEnds: Int32Array.of(1, 1, 3) },
  }));
  expect(found).toEqual([
    { line: 30, asked: Uint32Array.of(1), shingles: Uint32Array.of(6) },
    second,
    { line: 80, asked: Uint32Array.of(3, 4), shingles: Uint32Array.of(7, 8) },
  ]);
});

/** None where set-up had no compiler. */
const finder = openRowFinder(characterNumbers)?.words;

it.runIf(finder !== undefined)('finds the same words in C', () => {
  const said = [
    'Is 7 - 5 more than 7 + 5?',
    'x\n\t"y" \\ z',
    'Grüße',
    'ΣΑΣ Σ(x) ≤ √x, x² → “ΣΩ”',
    'ﬁne 1½ é 漢字 𝒜 𐐀 👩‍👧',
    '\u0001',
    ' ',
    'one two three four five six',
  ];
  const rows = said.flatMap((asked, line) => {
    const messages = said.map((answer, at) => [
      ...(at % 2 === 0 ? [{ role: 'system' as const, content: answer }] : []),
      { role: 'user' as const, content: asked },
      { role: 'assistant' as const, content: answer },
    ]);
    return [
      ...messages.map((each): CanonicalRow => ({ kind: 'chat', line, messages: each })),
      ...messages.map((each): CanonicalRow => ({ kind: 'chat', line, messages: each, tools: [] })),
    ];
  });
  const completions = said.flatMap((prompt) =>
    said.map(
      (completion, line): CanonicalRow => ({ kind: 'completion', line, prompt, completion }),
    ),
  );
  for (const each of [rows, completions]) {
    const all = stored(each.map((row) => Buffer.from(JSON.stringify(row))));
    expect(wordsOfRows(all, finder)).toEqual(wordsOfRows(all, undefined));
    expect(finder?.(all).asked.some((count) => count >= 0)).toBe(true);
  }
});
