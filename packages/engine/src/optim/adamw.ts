import { add, div, mul, sqrt, sub } from '../ops/elementwise.ts';
import { decayed, groupRate } from './decay.ts';
import { flushed } from './flushed-moment.ts';
import { elementSlice, kept } from './host-step.ts';
import type { Optimizer, SettingsOf } from './optimizer.ts';

/**
 * AdamW (Loshchilov and Hutter 2019). With g the clipped gradient:
 * m' = β₁m + (1−β₁)g;  v' = β₂v + (1−β₂)g²;  p' = p·(1 − lr·wd) − rate·m'/(√v' + epsilon), where
 * rate = lr·√(1−β₂ᵗ)/(1−β₁ᵗ) and epsilon = ε·√(1−β₂ᵗ) are computed in float64 by the host, so that no
 * whole tensor is divided by the bias corrections.
 */
export function adamW({ beta1, beta2, epsilon, weightDecay }: SettingsOf<'adamw'>): Optimizer {
  return {
    isElementwise: true,
    buffers: ({ size }) => ({ mean: size, variance: size }),
    scalars(learningRate, step) {
      const root = Math.sqrt(1 - beta2 ** step);
      return {
        rate: (learningRate * root) / (1 - beta1 ** step),
        epsilon: epsilon * root,
        ...(weightDecay === 0 ? {} : { decay: learningRate * weightDecay }),
      };
    },
    update({ group, buffers, gradient, square, factor, scalar }) {
      const { weights, mean: oldMean, variance: oldVariance } = buffers;
      const meanFactor = mul(factor, 1 - beta1);
      const varianceFactor = mul(mul(factor, factor), 1 - beta2);
      const mean = add(mul(oldMean!, beta1), mul(gradient, meanFactor));
      const variance = add(mul(oldVariance!, beta2), mul(square, varianceFactor));
      const rate = groupRate(group, scalar);
      const change = mul(div(mean, add(sqrt(variance), scalar('epsilon'))), rate);
      const kept = decayed(weights!, group, { weightDecay, scalar });
      return { weights: sub(kept, change), mean, variance };
    },
    slice: elementSlice,
    updateOnHost(step) {
      const { weights, buffers, gradient, factor, scalars, group, kernels } = step;
      const mean = buffers.mean as Float32Array;
      const variance = buffers.variance as Float32Array;
      const rate = (scalars.rate as number) * group.rate;
      const added = scalars.epsilon as number;
      const keep = kept(step);
      const meanFactor = factor * (1 - beta1);
      const varianceFactor = factor * factor * (1 - beta2);
      const numbers = { beta1, beta2, meanFactor, varianceFactor, keep, epsilon: added, rate };
      const done = kernels?.adamW({ weights, mean, variance }, gradient, numbers) ?? 0;
      for (let at = done; at < weights.length; at++) {
        const g = gradient[at] as number;
        const m = (mean[at] as number) * beta1 + g * meanFactor;
        const v = (variance[at] as number) * beta2 + g * g * varianceFactor;
        mean[at] = flushed(m);
        variance[at] = flushed(v);
        weights[at] = (weights[at] as number) * keep - (m / (Math.sqrt(v) + added)) * rate;
      }
    },
  };
}
