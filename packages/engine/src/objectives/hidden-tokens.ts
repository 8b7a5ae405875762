import { child, rootSeed, uniform, words } from '../nn/seed.ts';
import type { MaskedExample } from './masked-lm.ts';
import type { Objective } from './objective.ts';
import type { TaskRow } from './task-row.ts';

/** How tokens are hidden. */
export type Hiding = {
  /** Share of the tokens that may be hidden. */
  readonly share: number;
  /** The token that stands where one is hidden. */
  readonly mask: number;
  readonly vocabularySize: number;
  /** Of the run. */
  readonly seed: number;
};

/** A text with the tokens that an epoch hides, and what the next one chooses from. */
export type DrawnExample = MaskedExample & {
  readonly text: Int32Array;
  /** Places of the tokens that may be hidden. */
  readonly choice: Int32Array;
  /** Place of the row among those of its dataset. */
  readonly row: number;
};

/** Texts with the tokens that the first epoch hides, from rows whose supervised tokens may be hidden. */
export function drawnExamples(rows: readonly TaskRow[], hiding: Hiding): DrawnExample[] {
  return rows.map(({ tokens, types, supervised }, row) => {
    const choice = Int32Array.from(supervised.keys().filter((at) => supervised[at] !== 0));
    const typed = types === undefined ? {} : { types: Int32Array.from(types) };
    return drawn({ ...typed, text: tokens, choice, row }, 0, hiding);
  });
}

/**
 * Masked language modelling that hides other tokens in every epoch: a fixed share of each text (rounded, one at least,
 * as BERT's own data were made), of which 8 in 10 become the mask, 1 in 10 any token and 1 in 10 stay as they are, as
 * in transformers' DataCollatorForLanguageModeling. What is drawn depends on the seed, the epoch and the row alone.
 */
export function withDrawnTokens(
  objective: Objective<MaskedExample>,
  hiding: Hiding,
): Objective<DrawnExample> {
  const { share } = hiding;
  return {
    ...objective,
    settings: { share },
    inEpoch: (example, epoch) => drawn(example, epoch, hiding),
  };
}

function drawn(
  {
    types,
    text,
    choice,
    row,
  }: Omit<DrawnExample, keyof MaskedExample> & {
    readonly types?: Int32Array | undefined;
  },
  epoch: number,
  { share, mask, vocabularySize, seed }: Hiding,
): DrawnExample {
  const node = child(rootSeed(seed), 'hidden', epoch, row);
  const most = Math.min(choice.length, Math.max(1, Math.round(share * choice.length)));
  const order = child(node, 'place');
  const places = choice.slice();
  // The first of a shuffle: no need to go on to its end.
  for (let at = 0; at < most; at++) {
    const other = at + Math.floor(uniform(order, at) * (places.length - at));
    [places[at], places[other]] = [places[other] as number, places[at] as number];
  }
  const hidden = places.slice(0, most).sort();
  const tokens = text.slice();
  for (const [at, place] of hidden.entries()) {
    const way = uniform(child(node, 'way'), at);
    if (way < 0.8) tokens[place] = mask;
    else if (way < 0.9) tokens[place] = words(child(node, 'token'), at).low % vocabularySize;
  }
  const answers = hidden.map((place) => text[place] as number);
  return { tokens, ...(types && { types }), hidden, answers, text, choice, row };
}
