/**
 * How often a pair that the rules take is right: 100 pairs of each source, drawn by their hashes and judged by reading
 * them. A pair is right when its last answer answers what was asked, can be understood without anything else, and holds
 * nothing private, quoted or of another matter. The figures stand in docs/data.md.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { drawn, madePairs, pairHash } from './made/pairs.fixture.ts';
import { createTally } from './tally.ts';

type Judgement = { readonly pair: string; readonly right: boolean; readonly why?: string };

const judged = 100;
/** Right ones of the hundred that were judged, and all pairs. */
const expected = {
  faq: { right: 99, all: 161 },
  slack: { right: 97, all: 183 },
  tickets: { right: 96, all: 175 },
} as const;

async function judgementsOf(source: string): Promise<ReadonlyMap<string, Judgement>> {
  const path = join(import.meta.dirname, 'fixtures/judgements', `${source}.jsonl`);
  const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
  return new Map(lines.map((line) => JSON.parse(line) as Judgement).map((one) => [one.pair, one]));
}

it.each(['faq', 'slack', 'tickets'] as const)('takes right pairs of %s', async (source) => {
  const tally = createTally();
  const pairs = await Array.fromAsync(madePairs[source](tally));
  const judgements = await judgementsOf(source);
  const sample = drawn(pairs, judged);
  // Whoever changes the rules judges the pairs anew that were not there before.
  const unjudged = sample.filter((pair) => !judgements.has(pairHash(pair)));
  expect(unjudged.map(({ turns }) => turns)).toEqual([]);
  const right = sample.filter((pair) => judgements.get(pairHash(pair))?.right).length;
  const unused = tally.list().map(({ reason, count }) => `${count} ${reason}`);
  console.log(
    `${source}: ${right} of ${judged} right, ${pairs.length} pairs; ${unused.join('; ')}`,
  );
  expect({ right, all: pairs.length }).toEqual(expected[source]);
});

it('gives every pair its evidence, and the same pairs every time', async () => {
  for (const make of Object.values(madePairs)) {
    const pairs = await Array.fromAsync(make(createTally()));
    for (const { turns, evidence } of pairs) {
      expect(evidence.places.length).toBeGreaterThan(0);
      expect(evidence.score).toBeGreaterThan(0);
      expect(turns.map(({ role }) => role)).toEqual(
        turns.map((_, at) => (at % 2 === 0 ? 'user' : 'assistant')),
      );
      expect(turns.at(-1)?.role).toBe('assistant');
    }
    expect(await Array.fromAsync(make(createTally()))).toEqual(pairs);
  }
});

it('never lets an internal note through', async () => {
  const pairs = await Array.fromAsync(madePairs.tickets(createTally()));
  expect(JSON.stringify(pairs)).not.toContain('late payers');
});
