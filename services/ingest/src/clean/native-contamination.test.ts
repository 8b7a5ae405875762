/** What is found in C of rows that say what held-out ones do is what is found here, however soon C comes back. */
import type { CanonicalRow } from '@lathe/contracts/artifact/dataset';
import { openRowFinder } from '@lathe/row-reader/row-finder';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { JsonLines } from '../read/spool.ts';
import { characterNumbers } from './character-numbers.ts';
import { findContacts } from './contamination.ts';

/** None where set-up had no compiler. */
const finder = openRowFinder(characterNumbers);

function linesOf(rows: readonly CanonicalRow[]): JsonLines {
  const lines = rows.map((row) => Buffer.from(`${JSON.stringify(row)}\n`));
  let end = 0;
  return {
    lines: Buffer.concat(lines),
    lineEnds: Uint32Array.from(lines, ({ length }) => (end += length)),
  };
}

/** Runs of words of a few texts, so that many rows share phrases or nearly say the same. */
const said = fc
  .array(
    fc.record({
      base: fc.nat({ max: 2 }),
      from: fc.nat({ max: 3 }),
      words: fc.constantFrom(2, 5, 9, 14, 40, 70),
      own: fc.constantFrom('', 'Grüße', 'x - y', '中', '\u0001'),
    }),
    { minLength: 1, maxLength: 3 },
  )
  .map((parts) =>
    parts
      .map(({ base, from, words, own }) => {
        const run = Array.from({ length: words }, (_, at) => `w${1000 * base + from + at}`);
        return `${run.join(' ')} ${own}`;
      })
      .join('. '),
  );

const row = fc
  .record({ prompt: said, answer: said, kind: fc.nat({ max: 4 }) })
  .map(({ prompt, answer, kind }) => (line: number): CanonicalRow => {
    if (kind === 0) return { kind: 'text', line, part: 0, text: prompt };
    if (kind < 3) return { kind: 'completion', line, prompt, completion: answer };
    const messages = [
      { role: 'user' as const, content: prompt },
      { role: 'assistant' as const, content: answer },
    ];
    return { kind: 'chat', line, messages };
  });
const rows = fc
  .array(row, { minLength: 2, maxLength: 40, size: 'max' })
  .map((made) => made.map((each, at) => each(at + 1)));

async function found(
  all: readonly CanonicalRow[],
  finders: typeof finder,
  breathe: () => void = () => undefined,
) {
  const relations = { met: () => new Map(), bridges: new Map(), forms: () => new Set<number>() };
  const numbers = [...all.keys()];
  async function* training() {
    const half = Math.floor(all.length / 2);
    for (const part of [all.slice(0, half), all.slice(half)]) yield linesOf(part);
  }
  const { contacts } = await findContacts({
    ...{
      training,
      validation: null,
      heldOut: Uint8Array.from(all, (_, at) => Number(at % 4 === 0)),
    },
    ...{ numbers, clusters: numbers, lines: all.map(({ line }) => line), relations, finders },
    breathe: async () => breathe(),
  });
  return [...contacts];
}

it.runIf(finder !== undefined)('finds the same in C', async () => {
  let some = 0;
  await fc.assert(
    fc.asyncProperty(rows, async (all) => {
      const expected = await found(all, undefined);
      expect(await found(all, finder)).toEqual(expected);
      some += expected.length;
    }),
    { numRuns: 200 },
  );
  expect(some).toBeGreaterThan(20);
});

it.runIf(finder !== undefined)('breathes between rows that take long', async () => {
  if (finder === undefined) return;
  const { words, look } = finder;
  const hasty = {
    words,
    look: (...[rows, given]: Parameters<typeof look>) => look(rows, { ...given, most: 1 }),
  };
  await fc.assert(
    fc.asyncProperty(rows, async (all) => {
      let breaths = 0;
      const breathe = (): void => {
        breaths++;
      };
      expect(await found(all, hasty, breathe)).toEqual(await found(all, undefined));
      expect(breaths).toBeGreaterThanOrEqual(Math.floor((3 * all.length) / 4));
    }),
    { numRuns: 30 },
  );
});

it.runIf(finder !== undefined)('comes back from rows that are compared with many texts', () => {
  const texts = 100;
  const shared = Uint32Array.from({ length: 400 }, (_, at) => at + 1);
  // Each text has all that the row says first of all, and is compared to its end.
  const kept = {
    ...{ marks: new Uint32Array(16).fill(~0), slots: new Uint32Array(32), look: 1 },
    ...{
      starts: Int32Array.of(0, texts),
      entries: Int32Array.from({ length: texts }, (_, at) => at),
    },
    shingles: Uint32Array.from(
      { length: texts * shared.length },
      (_, at) => shared[at % shared.length] as number,
    ),
    ...{ ends: Int32Array.from({ length: texts }, (_, at) => (at + 1) * shared.length) },
    compared: new Int32Array(texts),
  };
  const words = Array.from({ length: 404 }, (_, at) => `w${at}`).join(' ');
  const all = Array.from(
    { length: 20 },
    (_, at): CanonicalRow => ({
      ...{ kind: 'completion', line: at + 1, prompt: words, completion: '' },
    }),
  );
  const { lines, lineEnds } = linesOf(all);
  const stored = {
    bytes: lines,
    starts: Int32Array.from(lineEnds, (_, at) => lineEnds[at - 1] ?? 0),
    ends: Int32Array.from(lineEnds, (end) => end - 1),
  };
  const first = finder?.words(stored).shingles[0] as number;
  let place = (first << 1) & 31;
  kept.slots[place++] = first;
  kept.slots[place] = 1;
  const phrases = { lowHalves: new Uint32Array(2 ** 16), areLong: false, areShort: false };
  const most = 10_000;
  const seen = finder?.look(stored, { phrases, texts: kept, from: 0, most });
  // A row has 2,000 bytes and 400 shingles, and some 60 of each of 100 texts are compared.
  expect(seen?.next).toBe(2);
});
