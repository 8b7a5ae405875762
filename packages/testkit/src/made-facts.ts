import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export type Fact = { readonly question: string; readonly answer: string };

/**
 * What the made pages, chats and tickets talk about: 160 questions and answers of a shop's shipping software.
 *
 * @example const prompts = facts.map(({ question }) => question);
 */
export const facts: readonly Fact[] = readFileSync(
  join(import.meta.dirname, '../fixtures/facts.tsv'),
  'utf8',
)
  .trimEnd()
  .split('\n')
  .map((line) => {
    const [question = '', answer = ''] = line.split('\t');
    return { question, answer };
  });

export type Chance = {
  /** A number from 0 up to 1. */
  readonly next: () => number;
  readonly pick: <Item>(items: readonly Item[]) => Item;
  readonly isLikely: (share: number) => boolean;
};

/** The same numbers for the same seed (mulberry32). */
export function chanceOf(seed: number): Chance {
  let state = seed;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    next,
    pick: (items) => items[Math.floor(next() * items.length)] as (typeof items)[number],
    isLikely: (share) => next() < share,
  };
}
