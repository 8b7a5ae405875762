import type { ShardExample } from '@lathe/contracts/artifact/shard';
import type { EngineText } from '../../engine/engine.ts';
import { rankOf } from '../../texts/held-out.ts';
import { textOf } from './ask-tokens.ts';

/** A text with tokens hidden, where, and what stood there. */
export type Masked = {
  readonly text: EngineText;
  readonly places: Int32Array;
  readonly hidden: readonly number[];
};

/** Hides a share of the tokens that may be hidden, at least one, by the mask token; the same ones for the same seed. */
export function maskedExamples(
  examples: readonly ShardExample[],
  { mask, share, seed }: { readonly mask: number; readonly share: number; readonly seed: number },
): Masked[] {
  return examples.map((example, row) => {
    const places = Array.from(example.supervised.entries())
      .filter(([, flag]) => flag !== 0)
      .map(([place]) => ({ place, rank: rankOf(seed + row, place) }))
      .sort((a, b) => a.rank - b.rank)
      .slice(
        0,
        Math.max(
          1,
          Math.round(share * example.supervised.reduce((sum, flag) => sum + +(flag !== 0), 0)),
        ),
      )
      .map(({ place }) => place)
      .sort((a, b) => a - b);
    const { tokens, ...rest } = textOf(example);
    const hidden = places.map((place) => tokens[place] as number);
    const masked = Int32Array.from(tokens);
    for (const place of places) masked[place] = mask;
    return { text: { tokens: masked, ...rest }, places: Int32Array.from(places), hidden };
  });
}
