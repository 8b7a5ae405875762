import { add, mul, sub } from '../ops/elementwise.ts';
import { groupRate } from './decay.ts';
import { flushed } from './flushed-moment.ts';
import { elementSlice } from './host-step.ts';
import type { Optimizer, SettingsOf } from './optimizer.ts';

/**
 * Stochastic gradient descent as torch.optim.SGD: g' = g + wd·p;  b' = μb + g';  p' = p − lr·b', or
 * p − lr·(g' + μb') with Nesterov's look ahead.
 */
export function sgd({ momentum, nesterov, weightDecay }: SettingsOf<'sgd'>): Optimizer {
  return {
    isElementwise: true,
    buffers: ({ size }) => (momentum === 0 ? {} : { momentum: size }),
    scalars: (learningRate) => ({ rate: learningRate }),
    update({ group, buffers, gradient, factor, scalar }) {
      const weights = buffers.weights!;
      const rate = groupRate(group, scalar);
      const clipped = mul(gradient, factor);
      const decays = weightDecay !== 0 && group.decays;
      const slope = decays ? add(clipped, mul(weights, weightDecay)) : clipped;
      if (momentum === 0) return { weights: sub(weights, mul(slope, rate)) };
      const next = add(mul(buffers.momentum!, momentum), slope);
      const change = nesterov ? add(slope, mul(next, momentum)) : next;
      return { weights: sub(weights, mul(change, rate)), momentum: next };
    },
    slice: elementSlice,
    updateOnHost({ weights, buffers, gradient, factor, scalars, group }) {
      const rate = (scalars.rate as number) * group.rate;
      const decay = group.decays ? weightDecay : 0;
      const average = buffers.momentum;
      for (let at = 0; at < weights.length; at++) {
        const weight = weights[at] as number;
        const slope = (gradient[at] as number) * factor + weight * decay;
        let change = slope;
        if (average !== undefined) {
          const next = (average[at] as number) * momentum + slope;
          average[at] = flushed(next);
          change = nesterov ? slope + next * momentum : next;
        }
        weights[at] = weight - change * rate;
      }
    },
  };
}
