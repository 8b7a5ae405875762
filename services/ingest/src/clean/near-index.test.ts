import { openBandSlots } from '@lathe/row-reader/band-slots';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createClusters } from './clusters.ts';
import { bandCount, bandsOf, minhash } from './minhash.ts';
import { createNearIndex } from './near-index.ts';
import { jaccard, nearJaccard, shinglesOfWords } from './shingles.ts';
import { wordHashes } from './words.ts';

const shinglesOf = (text: string) => shinglesOfWords(wordHashes(text));

const likeness = (text: string) => {
  const shingles = shinglesOf(text);
  return { shingles, bands: bandsOf(shingles) };
};

/** A long text and one with some of its words changed, by a generator of our own that is the same everywhere. */
function texts(count: number, words: number, changed: number): string[] {
  let state = 7;
  const draw = (below: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const word = () => `w${draw(5000)}`;
  return Array.from({ length: count }, () => Array.from({ length: words }, word)).flatMap(
    (text) => [
      text.join(' '),
      text.map((each, at) => (at % Math.ceil(words / changed) === 5 ? word() : each)).join(' '),
    ],
  );
}

describe('likeness', () => {
  it('is that of the words, whatever their case, blanks and forms', () => {
    const [a, b] = ['Where is my PARCEL?  I wait.', 'where is my parcel ? I\nwait.'].map(
      shinglesOf,
    );
    expect(a).toEqual(b);
    expect(shinglesOf('short')).toHaveLength(1);
    expect(shinglesOf(' ')).toHaveLength(0);
    expect(shinglesOf('今日は良い天気')).toHaveLength(3);
  });

  it('is that of operators too, which are no punctuation', () => {
    const differ = (a: string, b: string) =>
      expect(shinglesOf(a), `${a} and ${b}`).not.toEqual(shinglesOf(b));
    const same = (a: string, b: string) =>
      expect(shinglesOf(a), `${a} and ${b}`).toEqual(shinglesOf(b));
    const operators = ['+', '-', '*', '/', '=', '<', '>', '<=', '==', '**', '^', '%'];
    for (const [at, one] of operators.entries())
      for (const other of operators.slice(at + 1)) {
        differ(`What is 7 ${one} 5?`, `What is 7 ${other} 5?`);
        differ(`What is 17${one}5?`, `What is 17${other}5?`);
        differ(`Solve (x + y) ${one} a.`, `Solve (x + y) ${other} a.`);
      }
    for (const other of ['width + height', 'width height', 'width == height'])
      differ('return width * height', `return ${other}`);
    differ('Add -5 and 3.', 'Add 5 and 3.');
    differ('What is 7 * -5?', 'What is 7 * 5?');
    differ('Was ist 7 + 5, Jörg?', 'Was ist 7 * 5, Jörg?');
    same('What is 7 + 5?', 'what is 7+5');
    same('What is 7 × 5 − 2?', 'What is 7 * 5 - 2?');
    same('Was ist 7 + 5, Jörg?', 'was ist 7+5 Jörg');
    same('A well-known e-mail, and/or covid-19 - yes!', 'a well known e mail and or covid 19 yes');
    same(
      '- 5 apples\n- <b>12</b> pears | 3 figs & more',
      '5 apples\n* <b>12</b> pears\n3 figs, more',
    );
  });

  it('is the share of shingles in common', () => {
    const set = (...values: number[]) => Uint32Array.from(values);
    expect(jaccard(set(1, 2, 3, 4), set(2, 3, 4, 9))).toBe(3 / 5);
    expect(jaccard(set(), set(1))).toBe(0);
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(30)), fc.uniqueArray(fc.nat(30)), (a, b) => {
        const union = new Set([...a, ...b]).size;
        const both = a.filter((each) => b.includes(each)).length;
        const sorted = (list: number[]) => Uint32Array.from(list).sort();
        expect(jaccard(sorted(a), sorted(b))).toBe(union === 0 ? 1 : both / union);
      }),
    );
  });

  it('is estimated by equal numbers of the signature', () => {
    const set = (from: number, to: number) =>
      Uint32Array.from({ length: to - from }, (_, at) => Math.imul(at + from, 0x9e3779b1));
    for (const shared of [200, 500, 900]) {
      const [a, b] = [minhash(set(0, 1000)), minhash(set(1000 - shared, 2000 - shared))];
      const equal = a.filter((value, at) => value === b[at]).length / a.length;
      expect(Math.abs(equal - shared / (2000 - shared))).toBeLessThan(0.12);
    }
  });
});

/** Texts before it is known what is a form. */
const formTexts = 21;

const bandSlots = openBandSlots();

/** Few texts need no file. */
const nowhere = '/nowhere/shingles';

describe('createNearIndex', () => {
  it('finds what comparing all pairs finds, and nothing else', () => {
    const all = [...texts(100, 60, 1), ...texts(100, 120, 2), ...texts(100, 100, 8)].map(likeness);
    const index = createNearIndex(nowhere);
    let wanted = 0;
    let found = 0;
    for (const [at, each] of all.entries()) {
      const brute = all
        .slice(0, at)
        .flatMap((other, place) =>
          jaccard(each.shingles, other.shingles) >= nearJaccard ? [place] : [],
        );
      const near = index.add(at, each);
      expect(brute).toEqual(expect.arrayContaining([...near]));
      wanted += brute.length;
      found += near.length;
    }
    expect(wanted).toBeGreaterThan(150);
    // Of pairs at the very threshold 14 bands of 8 find 93 %.
    expect(found / wanted).toBeGreaterThan(0.93);
  });

  it('takes what most texts say for a form that is filled in', () => {
    const form = Array.from({ length: 80 }, (_, at) => `form${at}`).join(' ');
    const filled = texts(100, 8, 1).filter((_, at) => at % 2 === 0);
    const index = createNearIndex(nowhere);
    const near = filled.map((text, at) => index.add(at, likeness(`${form} ${text}`)));
    expect(near.slice(formTexts)).toEqual(filled.slice(formTexts).map(() => []));
    expect(index.find(likeness(`${form} ${filled[50]}`))).toEqual([50]);
  });

  it('keeps no more than it may, and says so', () => {
    const index = createNearIndex(nowhere, { limits: { texts: 2, shingles: 1000 } });
    const [a, b, c] = ['one two three', 'four five six', 'seven eight nine'].map(likeness);
    if (a === undefined || b === undefined || c === undefined) throw new Error('no texts');
    index.add(0, a);
    index.add(7, b);
    expect(index.isFull()).toBe(false);
    expect(index.add(8, c)).toEqual([]);
    expect(index.isFull()).toBe(true);
    expect(index.find(c)).toEqual([]);
    expect(index.find(b)).toEqual([7]);
  });

  it.runIf(bandSlots)('keeps no more than it may of rows that come at once', () => {
    const limits = { texts: 2, shingles: 4 };
    const all = ['one two three', 'a b c d e f g h i', 'four five six', '', 'one two three'];
    const each = all.map(likeness);
    const [plain, native] = [
      createNearIndex(nowhere, { limits }),
      createNearIndex(nowhere, { limits, bandSlots }),
    ];
    const starts: number[] = [];
    const bandStarts: number[] = [];
    const numbers = each.flatMap(({ shingles, bands }) => {
      starts.push((bandStarts.at(-1) ?? -bandCount) + bandCount);
      bandStarts.push((starts.at(-1) as number) + shingles.length);
      return [...shingles, ...bands];
    });
    native.coming?.expect(
      {
        numbers: Uint32Array.from(numbers),
        starts: Int32Array.from(starts),
        bandStarts: Int32Array.from(bandStarts),
      },
      () => true,
    );
    for (const [row, of] of each.entries())
      expect(native.coming?.add(row, row, { likeness: of })).toEqual(plain.add(row, of));
    expect(native.isFull()).toBe(true);
    expect(plain.isFull()).toBe(true);
    for (const of of each) expect(native.find(of)).toEqual(plain.find(of));
  });

  it('grows with thousands of texts', () => {
    const all = texts(1500, 12, 3).map(likeness);
    const index = createNearIndex(nowhere);
    for (const [at, each] of all.entries()) index.add(at, each);
    for (const [at, each] of all.entries()) expect(index.find(each)).toContain(at);
  });
});

it('puts rows with the like before them, and never joins clusters later', () => {
  const clusters = createClusters([]);
  expect(clusters.add(10, [])).toEqual({ cluster: 10, others: [] });
  expect(clusters.add(20, [])).toEqual({ cluster: 20, others: [] });
  expect(clusters.add(30, [0])).toEqual({ cluster: 10, others: [] });
  // Alike to two that are not alike to each other.
  expect(clusters.add(40, [1, 2])).toEqual({ cluster: 20, others: [10] });
  // Its group goes before what it is alike to.
  expect(clusters.add(20, [0])).toEqual({ cluster: 20, others: [10] });
  expect(clusters.add(40, [])).toEqual({ cluster: 20, others: [] });
});

it('keeps the cluster of each group among thousands of rows', () => {
  const rows: number[] = [];
  const clusters = createClusters(rows);
  const clusterOf = new Map<number, number>();
  for (let row = 0; row < 20_000; row++) {
    const group = (row * 7919) % 15_000;
    const alike = row % 5 === 3 ? [row - 2] : [];
    const [first] = alike;
    const wanted = clusterOf.get(group) ?? (first === undefined ? group : rows[first]);
    if (wanted === undefined) throw new Error(`no cluster of row ${row}`);
    clusterOf.set(group, wanted);
    if (clusters.add(group, alike).cluster !== wanted) throw new Error(`at row ${row}`);
  }
  expect(new Set(rows).size).toBeLessThan(15_000);
});
