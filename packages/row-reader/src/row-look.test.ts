import { expect, it } from 'vitest';
import { openRowFinder } from './row-finder.ts';

/** Nothing is kept. */
const texts = {
  ...{ marks: new Uint32Array(16), slots: new Uint32Array(32), starts: new Int32Array(1) },
  ...{ entries: new Int32Array(), shingles: new Uint32Array(), ends: new Int32Array() },
  ...{ compared: new Int32Array(), look: 1 },
};
const phrases = { lowHalves: new Uint32Array(2 ** 16), areLong: false, areShort: false };

/** Each asks for characters that the ones before it have not. */
const rows = Array.from({ length: 40 }, (_, row) => {
  const signs = Array.from({ length: 100 }, (_, at) => 0x2500 + 100 * row + at);
  const prompt = String.fromCodePoint(...signs);
  return Buffer.from(
    JSON.stringify({ kind: 'completion', line: row + 1, prompt, completion: 'yes' }),
  );
});

let asked = 0;
/** Of a sign that parts words, which is its own form; undefined where set-up had no compiler. */
const look = openRowFinder((code) => {
  asked++;
  return Int32Array.of(4, 0, 3, 1, ...Buffer.from(String.fromCodePoint(code)), 4 * code);
})?.look;

function stored(rows: readonly Buffer[]) {
  let end = 0;
  const ends = Int32Array.from(rows, ({ length }) => (end += length));
  const starts = ends.map((each, at) => each - (rows[at] as Buffer).length);
  return { bytes: Buffer.concat(rows), starts, ends };
}

it.runIf(look !== undefined)('comes back between rows whose shingles are looked for long', () => {
  const prompt = Array.from({ length: 100 }, (_, at) => `word${at}`).join(' ');
  const row = JSON.stringify({ kind: 'completion', line: 1, prompt, completion: 'yes' });
  // All shingles may have entries, and all slots but one have others.
  const marks = new Uint32Array(16).fill(0xffffffff);
  const slots = new Uint32Array(2 * 1024).fill(1, 2);
  const kept = { ...texts, marks, slots, starts: new Int32Array(2) };
  const seen = look?.(stored([Buffer.from(row), Buffer.from(row)]), {
    ...{ phrases, texts: kept, from: 0, most: 10_000 },
  });
  expect(seen?.next).toBe(1);
});

it.runIf(look !== undefined)('comes back between rows that ask for many characters', () => {
  const some = stored(rows);
  const near: number[] = [];
  for (let calls = 0; near.length < rows.length && calls < 100; calls++) {
    asked = 0;
    const seen = look?.(some, { phrases, texts, from: near.length, most: 2 ** 20 });
    near.push(...(seen?.near.subarray(near.length, seen.next) ?? []));
    expect(asked).toBeLessThan(300);
  }
  expect(near).toEqual(rows.map(() => -1));
});
