import { type TokenizedExample, targetCount } from '../example.ts';
import type { Scored } from '../objective.ts';
import { collected, vectorOf } from './collected.ts';

/**
 * Share of examples whose every supervised token is the most likely one after those before it, from `vectors.right` `[targets]`:
 * exactly those that a model which always takes the likeliest token writes as they stand, so that nothing needs to be written.
 */
export const scoredWriting: Scored<TokenizedExample> = collected<TokenizedExample, boolean>({
  metrics: ['exact_match'],
  writtenMetrics: ['rouge_l', 'number_match', 'equal_fields', 'right_calls'],
  read(placed, vectors) {
    const right = vectorOf(vectors, 'right');
    let at = 0;
    return placed.map(({ example }) => {
      const own = right.subarray(at, at + targetCount(example));
      at += own.length;
      return own.every((flag) => flag === 1);
    });
  },
  figures: (_, answers) => ({
    exact_match: answers.filter(Boolean).length / answers.length,
  }),
});
