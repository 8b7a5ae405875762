import { input } from '../graph/value.ts';
import { and, cast, greaterOrEqual, less, where } from '../ops/comparison.ts';
import { add, div, mul, neg, sub } from '../ops/elementwise.ts';
import { reshape } from '../ops/layout.ts';
import { reduceSum } from '../ops/reduce.ts';
import { targetCount } from './example.ts';
import { log1mExp, logSigmoid } from './log-sigmoid.ts';
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
 * Odds-ratio preference optimization over pairs, without a reference; weight: pairs. With ℓ the mean log-probability
 * of an answer's tokens, the loss of a step is
 *   (Σ −ln p over every token of the chosen sequences, prompts too) / (number of these tokens in the step)
 *   − β · mean over pairs of ln σ(ℓ_w − ℓ_l − (ln(1 − e^ℓ_w) − ln(1 − e^ℓ_l)))
 * (TRL, ORPOTrainer.odds_ratio_loss and concatenated_forward). Both parts are means over the whole step,
 * however it is split.
 */
export function orpo(settings: SettingsOf<'ORPO'>): Objective<PreferencePair> {
  const { beta } = settings;
  return {
    ...preferencePairs,
    name: 'orpo',
    settings,
    targets: ({ chosen, rejected }) => chosen.tokens.length - 1 + targetCount(rejected),
    feeds(placed, { shape, step }) {
      const tokens = step.reduce((sum, { chosen }) => sum + chosen.tokens.length - 1, 0);
      return {
        ...pairFeeds(placed, shape, true),
        ...answerLengthFeed(placed, shape),
        nll_scale: { data: Float32Array.of(step.length / tokens), shape: [], dtype: 'float32' },
      };
    },
    forward(backbone, { targets, examples: pairs }) {
      const { dtype } = backbone.hidden;
      const tokens = sequenceInputs(targets);
      const weights = pairWeights(pairs);
      const counted = cast(weights, dtype);
      const lengths = cast(answerLengths(pairs), dtype);
      const scale = cast(input('nll_scale', [], 'float32'), dtype);
      const count = reduceSum(counted);
      const used = greaterOrEqual(weights, 0.5);
      const inChosen = and(greaterOrEqual(tokens.sequences, 0), less(tokens.sequences, pairs));
      const everyChosen = cast(inChosen, dtype);
      return lossOverTokens(backbone, tokens, (scores) => {
        const logProbabilities = sumBySequence(scores, tokens, 2 * pairs);
        const means = halves(div(logProbabilities, lengths));
        // Unused room would have probability 1, whose odds are infinite.
        const chosen = where(used, means.chosen, -1);
        const rejected = where(used, means.rejected, -1);
        const odds = sub(sub(chosen, rejected), sub(log1mExp(chosen), log1mExp(rejected)));
        const each = logSigmoid(odds);
        const ratio = reduceSum(mul(each, counted));
        const nll = neg(reduceSum(mul(reshape(scores, [targets]), everyChosen)));
        const { correct, figures } = pairFigures({
          weights: counted,
          rewards: { chosen: mul(chosen, beta), rejected: mul(rejected, beta) },
          logProbabilities: { chosen, rejected },
        });
        return {
          loss: add(mul(nll, scale), mul(ratio, -beta)),
          // The other part is long for answers that are.
          losses: cast(neg(each), 'float32'),
          correct,
          figures: {
            ...figures,
            nll_loss: { total: nll, count: reduceSum(everyChosen) },
            log_odds_ratio: { total: ratio, count },
            log_odds_chosen: { total: reduceSum(mul(odds, counted)), count },
          },
          vectors: { logProbabilities },
        };
      });
    },
  };
}
