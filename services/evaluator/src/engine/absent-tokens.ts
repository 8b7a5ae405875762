import type { IdStretch } from '@lathe/engine/generator';
import type { Tokenizer } from '@lathe/tokenizer/tokenizer';

/**
 * The ids below `rows`, the size of a model's vocabulary, that the tokenizer has no token for: holes, and rows that
 * pad the head to a round number.
 */
export function absentTokens(tokenizer: Pick<Tokenizer, 'hasToken'>, rows: number): IdStretch[] {
  const stretches: [number, number][] = [];
  for (let id = 0; id < rows; id++) {
    if (tokenizer.hasToken(id)) continue;
    const last = stretches.at(-1);
    if (last?.[1] === id) last[1] = id + 1;
    else stretches.push([id, id + 1]);
  }
  return stretches;
}
