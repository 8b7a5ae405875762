import { type TokenizedExample, targetCount } from '../example.ts';
import type { Objective } from '../objective.ts';
import { collected, vectorOf } from './collected.ts';

/**
 * The objective, which tells as it is evaluated how likely each example is: ln p of its supervised tokens, in nats, summed up
 * from `vectors.losses` `[targets]`.
 */
export function tellingEach(
  objective: Objective<TokenizedExample>,
  tell: (example: TokenizedExample, logProbability: number) => void,
): Objective<TokenizedExample> {
  return {
    ...objective,
    scored: collected<TokenizedExample, number>({
      metrics: [],
      read(placed, vectors) {
        const losses = vectorOf(vectors, 'losses');
        let at = 0;
        return placed.map(({ example }) => {
          let sum = 0;
          for (let left = targetCount(example); left > 0; left--) sum -= losses[at++] as number;
          return sum;
        });
      },
      figures(examples, sums) {
        for (const [at, example] of examples.entries()) tell(example, sums[at] as number);
        return {};
      },
    }),
  };
}
