import type { Value } from '../graph/value.ts';
import { greater, less, where } from '../ops/comparison.ts';
import { add, mul, sub } from '../ops/elementwise.ts';
import { decayed, groupRate } from './decay.ts';
import { flushed } from './flushed-moment.ts';
import { elementSlice, kept } from './host-step.ts';
import type { Optimizer, SettingsOf } from './optimizer.ts';

/**
 * Lion (Chen et al. 2023): p' = p·(1 − lr·wd) − lr·sign(β₁m + (1−β₁)g);  m' = β₂m + (1−β₂)g, with g the
 * clipped gradient.
 */
export function lion({ beta1, beta2, weightDecay }: SettingsOf<'lion'>): Optimizer {
  return {
    isElementwise: true,
    buffers: ({ size }) => ({ momentum: size }),
    scalars: (learningRate) => ({
      rate: learningRate,
      ...(weightDecay === 0 ? {} : { decay: learningRate * weightDecay }),
    }),
    update({ group, buffers, gradient, factor, scalar }) {
      const old = buffers.momentum!;
      const clipped = mul(gradient, factor);
      const direction = sign(add(mul(old, beta1), mul(clipped, 1 - beta1)));
      const kept = decayed(buffers.weights!, group, { weightDecay, scalar });
      return {
        weights: sub(kept, mul(direction, groupRate(group, scalar))),
        momentum: add(mul(old, beta2), mul(clipped, 1 - beta2)),
      };
    },
    slice: elementSlice,
    updateOnHost(step) {
      const { weights, buffers, gradient, factor, scalars, group } = step;
      const average = buffers.momentum as Float32Array;
      const rate = (scalars.rate as number) * group.rate;
      const keep = kept(step);
      for (let at = 0; at < weights.length; at++) {
        const g = (gradient[at] as number) * factor;
        const old = average[at] as number;
        const direction = Math.sign(old * beta1 + g * (1 - beta1));
        weights[at] = (weights[at] as number) * keep - direction * rate;
        average[at] = flushed(old * beta2 + g * (1 - beta2));
      }
    },
  };
}

/** −1, 0 or 1. ONNX has Sign, but WebGPU has not. */
function sign(x: Value): Value {
  return where(greater(x, 0), 1, where(less(x, 0), -1, 0));
}
