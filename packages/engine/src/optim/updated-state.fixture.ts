import { fillNormal, rootSeed } from '../nn/seed.ts';
import { adamW } from './adamw.ts';
import { allocateState, planGroups } from './flat-state.ts';
import type { HostKernels } from './host-kernels.ts';

/** More than one chunk of the kernels, and sizes that neither 2 nor 4 divide. */
const shapes = [[70_001], [3], [1], [40_000, 2], [7]];
export const optimizer = adamW({ beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.1 });

export function startedState() {
  const parameters = shapes.map((shape, at) => ({
    ...{ name: `p${at}`, shape },
    decays: shape.length > 1,
  }));
  const state = allocateState(planGroups(parameters), optimizer);
  for (const [name, weights] of state.tensors) fillNormal(weights, rootSeed(name.length), 0.02);
  return state;
}

/** Buffers after three updates of every parameter, by the kernels that are made for the state, or without any. */
export function updated(
  kernelsOf: (state: ReturnType<typeof startedState>) => HostKernels | undefined,
) {
  const state = startedState();
  const kernels = kernelsOf(state);
  for (let step = 1; step <= 3; step++)
    for (const group of state.groups)
      for (const [index, member] of group.members.entries()) {
        const { weights, ...others } = state.buffers.get(group.name) as { weights: Float32Array };
        const gradient = new Float32Array(member.shape.reduce((a, b) => a * b, 1));
        fillNormal(gradient, rootSeed(step), 1);
        // Zeroes, tiny and large numbers: denormals, and squares that are not.
        gradient.set([0, 1e-30, -1e-22, 1e18].slice(0, gradient.length));
        optimizer.updateOnHost({
          ...{ group, shape: member.shape, gradient, factor: 0.3, kernels },
          scalars: optimizer.scalars(1e-2, step),
          weights: optimizer.slice('weights', weights, { group, index }),
          buffers: Object.fromEntries(
            Object.entries(others).map(([kind, buffer]) => [
              kind,
              optimizer.slice(kind, buffer as Float32Array, { group, index }),
            ]),
          ),
        });
      }
  return state.buffers;
}
