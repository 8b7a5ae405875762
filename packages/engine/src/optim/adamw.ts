import type { Value } from '../graph/value.ts';
import { add, div, minimum, mul, sqrt, sub } from '../ops/elementwise.ts';

export type AdamWSettings = {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
};

/** The numbers of one step that the graph takes as scalar inputs, computed in float64 by the host. */
export type AdamWScalars = {
  /** lr · √(1−β₂ᵗ) / (1−β₁ᵗ). */
  readonly rate: number;
  /** ε · √(1−β₂ᵗ). */
  readonly epsilon: number;
  /** 1 − lr · weightDecay. */
  readonly keep: number;
};

/**
 * The scalars of step t, counted from 1. With them p·keep − rate·m/(√v + epsilon) is AdamW's
 * p·(1 − lr·wd) − lr·(m/(1−β₁ᵗ)) / (√(v/(1−β₂ᵗ)) + ε), without dividing whole tensors.
 */
export function adamWScalars(
  settings: AdamWSettings,
  learningRate: number,
  step: number,
): AdamWScalars {
  const root = Math.sqrt(1 - settings.beta2 ** step);
  return {
    rate: (learningRate * root) / (1 - settings.beta1 ** step),
    epsilon: settings.epsilon * root,
    keep: 1 - learningRate * settings.weightDecay,
  };
}

/** What clipping by the global norm says: the norm before it, and what to multiply gradients by. */
export type Clipping = { readonly norm: Value; readonly factor: Value };

/**
 * The norm over all gradients g = scale · (summed gradients), and scale · min(1, most / (norm + 1e-6)),
 * as in torch's clip_grad_norm_. `squares` are the sums of squares of each summed gradient.
 */
export function clipByNorm(
  squares: readonly Value[],
  { scale, most }: { readonly scale: Value; readonly most: number },
): Clipping {
  const norm = mul(sqrt(squares.reduce((sum, square) => add(sum, square))), scale);
  const clip = minimum(div(most, add(norm, 1e-6)), 1);
  return { norm, factor: mul(clip, scale) };
}

/**
 * One update of one flat buffer. `gradient` is the summed gradient, `square` its element-wise square
 * (which the norm needs as well), `factor` what clipping multiplies it by. With g = factor·gradient:
 * m' = β₁m + (1−β₁)g;  v' = β₂v + (1−β₂)g²;  p' = keep·p − rate·m'/(√v' + epsilon).
 */
export function adamWUpdate(
  settings: AdamWSettings,
  state: { readonly weights: Value; readonly mean: Value; readonly variance: Value },
  step: {
    readonly gradient: Value;
    readonly square: Value;
    readonly factor: Value;
    readonly rate: Value;
    readonly epsilon: Value;
    /** Left out where weight decay does not apply. */
    readonly keep?: Value | undefined;
  },
): { readonly weights: Value; readonly mean: Value; readonly variance: Value } {
  const { beta1, beta2 } = settings;
  const meanFactor = mul(step.factor, 1 - beta1);
  const varianceFactor = mul(mul(step.factor, step.factor), 1 - beta2);
  const mean = add(mul(state.mean, beta1), mul(step.gradient, meanFactor));
  const variance = add(mul(state.variance, beta2), mul(step.square, varianceFactor));
  const change = mul(div(mean, add(sqrt(variance), step.epsilon)), step.rate);
  const kept = step.keep === undefined ? state.weights : mul(state.weights, step.keep);
  return { weights: sub(kept, change), mean, variance };
}
