import { expect, it } from 'vitest';
import { commonLength, commonPlaces } from './common-subsequence.ts';
import { seededRandom } from './random.ts';

/** The same by the whole table, as rouge_score has it. */
function placesByTable(left: readonly string[], right: readonly string[]): number[] {
  const table = Array.from({ length: left.length + 1 }, () =>
    Array.from({ length: right.length + 1 }, () => 0),
  );
  const at = (i: number, j: number): number => table[i]?.[j] ?? 0;
  for (let i = 1; i <= left.length; i++)
    for (let j = 1; j <= right.length; j++)
      (table[i] as number[])[j] =
        left[i - 1] === right[j - 1] ? at(i - 1, j - 1) + 1 : Math.max(at(i - 1, j), at(i, j - 1));
  const places: number[] = [];
  for (let [i, j] = [left.length, right.length]; i > 0 && j > 0; ) {
    if (left[i - 1] === right[j - 1]) {
      places.unshift(--i);
      j--;
    } else if (at(i, j - 1) > at(i - 1, j)) j--;
    else i--;
  }
  return places;
}

it('takes the very places that the whole table leads to', () => {
  const random = seededRandom(3);
  for (const letters of ['ab', 'abcde', 'abcdefghijklmnopqrstuvwxyz'])
    for (let round = 0; round < 60; round++) {
      const list = () =>
        Array.from({ length: Math.floor(random() * 90) }, () =>
          letters.charAt(Math.floor(random() * letters.length)),
        );
      const [left, right] = [list(), list()];
      const places = placesByTable(left, right);
      expect(commonPlaces(left, right)).toEqual(places);
      expect(commonLength(left, right)).toBe(places.length);
    }
});

it('finds those of lists whose whole table would fill the memory', () => {
  // Of some 900 million pairs.
  const left = Array.from({ length: 30_000 }, (_, at) => `${at}`);
  const right = left.filter((_, at) => at % 3 !== 1).map((word, at) => (at % 5 === 4 ? '?' : word));
  const places = commonPlaces(left, right);
  expect(places).toEqual(right.filter((word) => word !== '?').map(Number));
});
