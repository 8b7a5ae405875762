import type { Value } from '../graph/value.ts';
import { greater, less, where } from '../ops/comparison.ts';
import { add, mul, sub } from '../ops/elementwise.ts';
import { decayed, groupRate } from './decay.ts';
import type { Optimizer } from './optimizer.ts';

export type LionSettings = {
  readonly beta1: number;
  readonly beta2: number;
  readonly weightDecay: number;
};

/**
 * Lion (Chen et al. 2023): p' = p·(1 − lr·wd) − lr·sign(β₁m + (1−β₁)g);  m' = β₂m + (1−β₂)g, with g the
 * clipped gradient.
 */
export function lion({ beta1, beta2, weightDecay }: LionSettings): Optimizer {
  return {
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
  };
}

/** −1, 0 or 1. ONNX has Sign, but WebGPU has not. */
function sign(x: Value): Value {
  return where(greater(x, 0), 1, where(less(x, 0), -1, 0));
}
