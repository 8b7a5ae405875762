import { input, type Value } from '../../graph/value.ts';
import { cast, greater, less } from '../../ops/comparison.ts';
import { exp, maximum, minimum, mul, neg, sub } from '../../ops/elementwise.ts';
import { zeros } from '../../ops/fill.ts';
import { reshape } from '../../ops/layout.ts';
import { reduceSum } from '../../ops/reduce.ts';
import { type Backbone, checkSequence, type Figure, type Objective } from '../objective.ts';
import type { SettingsOf } from '../objective-settings.ts';
import { lossOverTokens, sequenceInputs, sumBySequence } from '../sequence-log-probability.ts';
import { hasDivergence, isMasked, joined, type Rollout, rolloutFeeds } from './rollout-feeds.ts';
import { tokenScore } from './token-score.ts';

type Settings = SettingsOf<'reinforcement'>;

/**
 * Policy gradient over answers that the model gave and a grader judged. With ρ = π / π_sampled of a token, or of an answer
 * as a whole (`ratio`: the geometric mean over its tokens, of rloo their product), and A its advantage:
 *   −min(ρ·A, clip(ρ, 1 − ε, 1 + ε_high)·A)  +  β·ρ·(e^d − d − 1),  d = ln π_ref − ln π of each token (rloo: without)
 * and a step's loss is the sum of that over its tokens divided by
 *   dapo     the tokens that count in the step
 *   grpo     the tokens of the answer, and then by the answers
 *   dr_grpo  answers · maxCompletionTokens
 *   rloo     the answers, each of which is one summand
 * (TRL, GRPOTrainer._compute_loss with use_bias_correction_kl, its default, and RLOOTrainer._compute_loss). Where ρ is 1 it still
 * has a slope, with which that of the divergence is the slope of KL(π ‖ π_ref). ln π is that of the logits divided by the temperature.
 * A step of dapo whose answers are all masked has weight 0 and must be left out.
 */
export function policy(settings: Settings): Objective<Rollout> {
  return {
    name: 'reinforcement',
    settings,
    shareable: true,
    sequences: (rollout) => [joined(rollout, settings).tokens],
    targets: ({ completion }) => completion.length,
    weight: (rollout) => weightOf(rollout, settings),
    check(rollout, name, limits) {
      const { prompt, completion, sampled, reference } = rollout;
      if (prompt.length === 0) throw new RangeError(`${name} has no prompt`);
      if (completion.length === 0) throw new RangeError(`${name} has no completion`);
      if (sampled.length !== completion.length)
        throw new RangeError(`${name} has ${sampled.length} log-probabilities of its tokens`);
      if (hasDivergence(settings) && reference?.length !== completion.length)
        throw new RangeError(`${name} needs a log-probability of the reference for each token`);
      checkSequence(joined(rollout, settings).tokens, name, limits);
    },
    feeds: (placed, { shape }) => rolloutFeeds(placed, shape, settings),
    forward: (backbone, { targets, examples }) =>
      policyForward(backbone, { targets, examples }, settings),
    tokenScore: tokenScore(settings),
    scored: rewarded,
    digest: ({ prompt, completion, sampled, reference, advantage, isTruncated }) => [
      ...[prompt, completion, sampled, reference ?? new Float32Array()],
      Float64Array.of(advantage, isTruncated ? 1 : 0),
    ],
  };
}

/** Rewards are told by who grades; the loss has no answers that are right. */
const rewarded: NonNullable<Objective<Rollout>['scored']> = {
  metrics: ['reward'],
  nothingIsRight: true,
  open: () => ({ add: () => undefined, figures: () => ({}) }),
};

function weightOf(rollout: Rollout, settings: Settings): number {
  switch (settings.loss) {
    case 'dapo':
      return isMasked(rollout, settings) ? 0 : rollout.completion.length;
    case 'dr_grpo':
      return settings.maxCompletionTokens;
    case 'grpo':
    case 'rloo':
      return 1;
  }
}

function policyForward(
  { hidden, head }: Pick<Backbone, 'hidden' | 'head'>,
  room: { readonly targets: number; readonly examples: number },
  settings: Settings,
) {
  const { targets, examples } = room;
  const { temperature, beta } = settings;
  const tokens = sequenceInputs(targets);
  const numbers = (name: string, shape: readonly [number]): Value =>
    cast(input(name, shape, 'float32'), hidden.dtype);
  const column = (name: string): Value => reshape(numbers(name, [targets]), [targets, 1]);
  const kept = reshape(cast(tokens.weights, hidden.dtype), [targets, 1]);
  const scaled = temperature === 1 ? hidden : mul(hidden, 1 / temperature);
  const isWhole = settings.ratio === 'sequence';
  const tokenWeights =
    !isWhole || hasDivergence(settings) ? column('token_loss_weights') : undefined;
  return lossOverTokens({ hidden: scaled, head }, tokens, (scores) => {
    // Unused room is 0 before it is raised to a power: infinity times 0 would be no number.
    const leads = mul(sub(scores, column('sampled_log_probabilities')), kept);
    const clipped = isWhole
      ? clippedGain(
          mul(sumBySequence(leads, tokens, examples), numbers('sequence_ratio_scales', [examples])),
          numbers('sequence_advantages', [examples]),
          numbers('sequence_counted', [examples]),
          settings,
        )
      : clippedGain(leads, column('advantages'), kept, settings);
    const weights = isWhole
      ? numbers('sequence_loss_weights', [examples])
      : (tokenWeights as Value);
    const gained = neg(reduceSum(mul(clipped.gain, weights)));
    const correct = zeros([], hidden.dtype);
    if (tokenWeights === undefined || !hasDivergence(settings))
      return { loss: gained, correct, figures: clipped.figures };
    const apart = mul(sub(column('reference_log_probabilities'), scores), kept);
    const divergence = sub(sub(exp(apart), apart), 1);
    const weighed = (each: Value): Value =>
      reduceSum(mul(clipped.ratios, isWhole ? sumBySequence(each, tokens, examples) : each));
    const held = mul(weighed(mul(divergence, tokenWeights)), beta);
    const kl = { total: weighed(divergence), count: reduceSum(kept) };
    return { loss: sub(gained, neg(held)), correct, figures: { ...clipped.figures, kl } };
  });
}

/** ρ = e^lead, min(ρ·A, clip(ρ)·A), and the shares of the counted ratios that were clipped. */
function clippedGain(
  leads: Value,
  advantages: Value,
  counted: Value,
  { epsilon, epsilonHigh }: Settings,
) {
  const ratios = exp(leads);
  const [low, high] = [1 - epsilon, 1 + epsilonHigh];
  const within = minimum(maximum(ratios, low), high);
  const count = reduceSum(counted);
  const share = (outside: Value, side: Value): Figure => ({
    total: reduceSum(mul(mul(cast(outside, leads.dtype), cast(side, leads.dtype)), counted)),
    count,
  });
  const figures: Readonly<Record<string, Figure>> = {
    'clip_ratio/low': share(less(ratios, low), less(advantages, 0)),
    'clip_ratio/high': share(greater(ratios, high), greater(advantages, 0)),
    ratio: { total: reduceSum(mul(ratios, counted)), count },
  };
  return { ratios, gain: minimum(mul(ratios, advantages), mul(within, advantages)), figures };
}
