import { mul } from '../../ops/elementwise.ts';
import { reshape } from '../../ops/layout.ts';
import { reduceSum } from '../../ops/reduce.ts';
import type { Objective } from '../objective.ts';
import type { SettingsOf } from '../objective-settings.ts';
import {
  sequenceFeeds,
  sequenceInputs,
  tokenLogProbabilities,
} from '../sequence-log-probability.ts';
import { joined, type Rollout } from './rollout-feeds.ts';

/**
 * The program that measures ln π of each token of sampled answers, those that are masked too: `vectors.tokens` `[targets]`, in the
 * order of the answers, with the very operations of the policy's loss. ln π is that of the logits divided by the temperature.
 */
export function tokenScore(
  settings: Pick<SettingsOf<'reinforcement'>, 'temperature'>,
): NonNullable<Objective<Rollout>['tokenScore']> {
  return {
    feeds(placed, { shape }) {
      const { target_positions, target_tokens } = sequenceFeeds(
        placed.map(({ example, places }, slot) => ({
          example: joined(example, { maskTruncated: false }),
          places: places[0] as Int32Array,
          slot,
        })),
        shape.targets,
      );
      return {
        ...(target_positions && { target_positions }),
        ...(target_tokens && { target_tokens }),
      };
    },
    forward({ hidden, head }, { targets }) {
      const { temperature } = settings;
      const scaled = temperature === 1 ? hidden : mul(hidden, 1 / temperature);
      const scores = tokenLogProbabilities(scaled, head(), sequenceInputs(targets));
      const tokens = reshape(scores, [targets]);
      const sum = reduceSum(tokens);
      return { loss: sum, correct: sum, vectors: { tokens } };
    },
  };
}
