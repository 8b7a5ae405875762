import { cast } from '../ops/comparison.ts';
import { div, mul, neg, sub } from '../ops/elementwise.ts';
import { reduceSum } from '../ops/reduce.ts';
import { logSigmoid } from './log-sigmoid.ts';
import type { Objective } from './objective.ts';
import type { SettingsOf } from './objective-settings.ts';
import {
  answerLengthFeed,
  answerLengths,
  halves,
  type PreferencePair,
  pairFeeds,
  pairFigures,
  pairWeights,
  preferencePairs,
} from './preference-pair.ts';
import { lossOverTokens, sequenceInputs, sumBySequence } from './sequence-log-probability.ts';

/**
 * Simple preference optimization over pairs, without a reference; weight: pairs. With ℓ the mean log-probability of
 * an answer's tokens and m = β(ℓ_w − ℓ_l) − γ, a pair's loss is −(1−ε)·ln σ(m) − ε·ln σ(−m) (TRL, CPOTrainer.cpo_loss
 * with loss_type "simpo" and cpo_alpha 0).
 */
export function simpo(settings: SettingsOf<'SimPO'>): Objective<PreferencePair> {
  const { beta, gamma, labelSmoothing } = settings;
  return {
    ...preferencePairs,
    name: 'simpo',
    settings,
    feeds: (placed, { shape }) => ({
      ...pairFeeds(placed, shape),
      ...answerLengthFeed(placed, shape),
    }),
    forward(backbone, { targets, examples: pairs }) {
      const { dtype } = backbone.hidden;
      const tokens = sequenceInputs(targets);
      const counted = cast(pairWeights(pairs), dtype);
      const lengths = cast(answerLengths(pairs), dtype);
      return lossOverTokens(backbone, tokens, (scores) => {
        const logProbabilities = sumBySequence(scores, tokens, 2 * pairs);
        const { chosen, rejected } = halves(div(logProbabilities, lengths));
        const margin = sub(mul(sub(chosen, rejected), beta), gamma);
        const straight = neg(logSigmoid(margin));
        const losses =
          labelSmoothing === 0
            ? straight
            : sub(mul(straight, 1 - labelSmoothing), mul(logSigmoid(neg(margin)), labelSmoothing));
        return {
          loss: reduceSum(mul(losses, counted)),
          losses: cast(straight, 'float32'),
          ...pairFigures({
            weights: counted,
            rewards: { chosen: mul(chosen, beta), rejected: mul(rejected, beta) },
            logProbabilities: { chosen, rejected },
          }),
          vectors: { logProbabilities },
        };
      });
    },
  };
}
