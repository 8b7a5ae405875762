import type { Tensor } from '../graph/tensor.ts';
import { input, type Value } from '../graph/value.ts';
import { cast } from '../ops/comparison.ts';
import { div, mul, neg, sub } from '../ops/elementwise.ts';
import { reduceSum } from '../ops/reduce.ts';
import { logSigmoid, relu } from './log-sigmoid.ts';
import type { Objective, StepContext } from './objective.ts';
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
 * Direct preference optimization over pairs; weight: pairs. With h = (ln π − ln π_ref) of the chosen answer less
 * that of the rejected one, β and ε of the settings, a pair's loss is
 *   sigmoid  −(1−ε)·ln σ(βh) − ε·ln σ(−βh)   (ε > 0: conservative DPO, as in TRL's CPO trainer)
 *   robust   (−(1−ε)·ln σ(βh) + ε·ln σ(−βh)) / (1 − 2ε)
 *   hinge    max(0, 1 − βh)
 *   ipo      (h̄ − 1/(2β))², h̄ as h with each answer's ratio divided by its tokens
 * (TRL, DPOTrainer._compute_loss). π_ref are the weights that the run starts from.
 */
export function dpo(settings: SettingsOf<'DPO'>): Objective<PreferencePair> {
  return {
    ...preferencePairs,
    name: 'dpo',
    settings,
    measured: { reference: ({ chosen, rejected }) => [chosen, rejected] },
    feeds: (placed, context) => ({
      ...pairFeeds(placed, context.shape),
      ...(settings.loss === 'ipo' && answerLengthFeed(placed, context.shape)),
      reference_log_probabilities: referenceFeed(
        placed.map(({ example }) => example),
        context,
      ),
    }),
    forward(backbone, { targets, examples: pairs }) {
      const { dtype } = backbone.hidden;
      const tokens = sequenceInputs(targets);
      const counted = cast(pairWeights(pairs), dtype);
      const reference = input('reference_log_probabilities', [2 * pairs], 'float32');
      const lengths = settings.loss === 'ipo' ? cast(answerLengths(pairs), dtype) : undefined;
      return lossOverTokens(backbone, tokens, (scores) => {
        const logProbabilities = sumBySequence(scores, tokens, 2 * pairs);
        const ratios = sub(logProbabilities, cast(reference, dtype));
        const compared = lengths === undefined ? ratios : div(ratios, lengths);
        const losses = dpoLosses(halves(compared), settings);
        return {
          loss: reduceSum(mul(losses.each, counted)),
          losses: cast(losses.own, 'float32'),
          ...pairFigures({
            weights: counted,
            rewards: halves(mul(ratios, settings.beta)),
            logProbabilities: halves(logProbabilities),
          }),
          vectors: { logProbabilities },
        };
      });
    },
  };
}

/**
 * The loss of each pair `[pairs]` from the log-ratios of its answers, divided by their tokens for ipo; and `own`, how far the model is
 * from the pair as it stands, which for a loss that doubts the pairs is that of one that does not.
 */
function dpoLosses(
  { chosen, rejected }: { readonly chosen: Value; readonly rejected: Value },
  { loss, beta, labelSmoothing }: SettingsOf<'DPO'>,
): { readonly each: Value; readonly own: Value } {
  const same = (each: Value) => ({ each, own: each });
  const lead = sub(chosen, rejected);
  if (loss === 'ipo') {
    const error = sub(lead, 1 / (2 * beta));
    return same(mul(error, error));
  }
  const scaled = mul(lead, beta);
  if (loss === 'hinge') return same(relu(sub(1, scaled)));
  const own = neg(logSigmoid(scaled));
  if (labelSmoothing === 0) return same(own);
  const swapped = neg(logSigmoid(neg(scaled)));
  const kept = mul(own, 1 - labelSmoothing);
  if (loss === 'robust')
    return { each: div(sub(kept, mul(swapped, labelSmoothing)), 1 - 2 * labelSmoothing), own };
  return { each: sub(kept, mul(swapped, -labelSmoothing)), own };
}

/** References of the chosen answers, then of the rejected ones; 0 for unused room. */
function referenceFeed(
  pairs: readonly PreferencePair[],
  { shape, reference }: Pick<StepContext<PreferencePair>, 'shape' | 'reference'>,
): Tensor {
  const data = new Float32Array(2 * shape.examples);
  for (const [at, pair] of pairs.entries()) {
    const [chosen, rejected] = reference(pair) as [number, number];
    data[at] = chosen;
    data[shape.examples + at] = rejected;
  }
  return { data, shape: [data.length], dtype: 'float32' };
}
