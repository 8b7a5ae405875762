import type { Tensor } from '../../graph/tensor.ts';
import type { WindowShape } from '../../nn/window.ts';
import type { TokenizedExample } from '../example.ts';
import type { Placed } from '../objective.ts';
import type { SettingsOf } from '../objective-settings.ts';
import { sequenceFeeds } from '../sequence-log-probability.ts';
import type { JudgedRollout } from './advantages.ts';

/** A sampled answer with how much better than its group it is (see advantages.ts). */
export type Rollout = Omit<JudgedRollout, 'reward'> & {
  readonly prompt: Int32Array;
  readonly completion: Int32Array;
  readonly advantage: number;
};

type Settings = SettingsOf<'reinforcement'>;

/** True when nothing is learnt from the answer because it was cut off. */
export function isMasked(
  { isTruncated }: Rollout,
  { maskTruncated }: Pick<Settings, 'maskTruncated'>,
): boolean {
  return isTruncated && maskTruncated;
}

/** True when each token's distance from the reference is part of the loss; that of rloo is part of its rewards. */
export function hasDivergence({ loss, beta }: Settings): boolean {
  return beta !== 0 && loss !== 'rloo';
}

/** The prompt and its answer as one sequence, whose targets are the answer's tokens: none of a masked one. */
export function joined(
  rollout: Rollout,
  settings: Pick<Settings, 'maskTruncated'>,
): TokenizedExample {
  const { prompt, completion } = rollout;
  const tokens = new Int32Array(prompt.length + completion.length);
  tokens.set(prompt);
  tokens.set(completion, prompt.length);
  const supervised = new Uint8Array(tokens.length);
  if (!isMasked(rollout, settings)) supervised.fill(1, prompt.length);
  return { tokens, supervised };
}

/**
 * The inputs of the policy loss, one number a target or one an example (`sequence_*`), 0 in unused room. How much a token
 * counts in the sum of a step: 1, or of grpo 1 / tokens of its answer.
 */
export function rolloutFeeds(
  placed: readonly Placed<Rollout>[],
  { targets, examples }: WindowShape,
  settings: Settings,
): Record<string, Tensor> {
  const vectors: Record<string, Float32Array> = {};
  const vector = (name: string, room: number): Float32Array => {
    const made = new Float32Array(room);
    vectors[name] = made;
    return made;
  };
  const isWhole = settings.ratio === 'sequence';
  const sampled = vector('sampled_log_probabilities', targets);
  const reference = hasDivergence(settings)
    ? vector('reference_log_probabilities', targets)
    : undefined;
  const weights = !isWhole || reference ? vector('token_loss_weights', targets) : undefined;
  const advantages = isWhole ? undefined : vector('advantages', targets);
  const whole = isWhole
    ? {
        advantages: vector('sequence_advantages', examples),
        weights: vector('sequence_loss_weights', examples),
        scales: vector('sequence_ratio_scales', examples),
        counted: vector('sequence_counted', examples),
      }
    : undefined;
  let start = 0;
  for (const [slot, { example }] of placed.entries()) {
    const { length } = example.completion;
    const masked = isMasked(example, settings);
    if (whole) {
      whole.advantages[slot] = example.advantage;
      whole.counted[slot] = 1;
      whole.scales[slot] = settings.loss === 'rloo' ? 1 : 1 / length;
      const isMean = settings.loss === 'rloo' || settings.loss === 'grpo';
      // An answer that is masked counts in rloo with its ratio of 1, as in TRL: a number without gradient.
      whole.weights[slot] = masked && settings.loss !== 'rloo' ? 0 : isMean ? 1 : length;
    }
    if (masked) continue;
    const end = start + length;
    sampled.set(example.sampled, start);
    weights?.fill(settings.loss === 'grpo' ? 1 / length : 1, start, end);
    advantages?.fill(example.advantage, start, end);
    if (reference && example.reference) reference.set(example.reference, start);
    start = end;
  }
  const { target_sequences, ...feeds } = sequenceFeeds(
    placed.map(({ example, places }, slot) => ({
      example: joined(example, settings),
      places: places[0] as Int32Array,
      slot,
    })),
    targets,
  );
  for (const [name, data] of Object.entries(vectors))
    feeds[name] = { data, shape: [data.length], dtype: 'float32' };
  // Only a ratio of whole answers asks which answer a token belongs to.
  return { ...feeds, ...(isWhole && target_sequences && { target_sequences }) };
}
