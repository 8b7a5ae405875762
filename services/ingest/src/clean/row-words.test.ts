import type { CanonicalRow } from '@lathe/contracts/artifact/dataset';
import { expect, it } from 'vitest';
import { wordsOfRows } from './row-words.ts';

const rowOf = (line: number, completion: string): Uint8Array => {
  const row: CanonicalRow = { kind: 'completion', line, prompt: 'What is it?', completion };
  return Buffer.from(JSON.stringify(row));
};

it('finds the words of rows by the finder, and by itself those that it does not know', () => {
  const rows = [rowOf(3, 'A parcel.'), rowOf(5, 'An invoice, I guess.'), rowOf(8, 'Nothing.')];
  const [first, second, third] = wordsOfRows(rows, undefined);
  expect([first, second, third].map((row) => row?.line)).toEqual([3, 5, 8]);
  expect(first?.asked.length).toBe(3);
  // Of "what is it a parcel" one, of "what is it an invoice i guess" three.
  expect([first, second].map((row) => row?.shingles.length)).toEqual([1, 3]);
  const found = wordsOfRows(rows, () => ({
    ...{ lines: [30, -1, 80], asked: [1, -1, 2] },
    ...{ words: Uint32Array.of(1, 2, 3, 4, 5), wordEnds: [2, 2, 5] },
    ...{ shingles: Uint32Array.of(6, 7, 8), shingleEnds: [1, 1, 3] },
  }));
  expect(found).toEqual([
    { line: 30, asked: Uint32Array.of(1), shingles: Uint32Array.of(6) },
    second,
    { line: 80, asked: Uint32Array.of(3, 4), shingles: Uint32Array.of(7, 8) },
  ]);
});
