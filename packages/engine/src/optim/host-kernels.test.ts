import { describe, expect, it } from 'vitest';
import { fillNormal, rootSeed } from '../nn/seed.ts';
import { allocateState } from './flat-state.ts';
import { createHostKernels, type HostKernels } from './host-kernels.ts';
import { sumOfSquares } from './host-step.ts';
import type { WasmMemory } from './state-memory.ts';
import { optimizer, startedState, updated } from './updated-state.fixture.ts';

function kernelsOf(state: ReturnType<typeof startedState>): HostKernels {
  return createHostKernels(state.memory as WasmMemory) as HostKernels;
}
const kernels = (): HostKernels => kernelsOf(startedState());

describe('kernels', () => {
  it('update to the same bits as the loop', () => {
    expect(updated(kernelsOf)).toEqual(updated(() => undefined));
  });

  it.each([0, 1, 3, 4, 5, 32_768, 32_769, 100_003])('sum %i squares to the same bits', (size) => {
    const { sumOfSquares: fast } = kernels();
    const values = fillNormal(new Float32Array(size), rootSeed(size), 3);
    expect(fast(values)).toBe(sumOfSquares(values));
    expect(fast(values.subarray(1))).toBe(sumOfSquares(values.subarray(1)));
  });

  it('tell of a gradient that is not finite', () => {
    const { sumOfSquares: fast } = kernels();
    expect(fast(Float32Array.of(1, Number.NaN, 1, 1, 1))).toBeNaN();
    expect(fast(Float32Array.of(1, 1, 1, 1, Number.NEGATIVE_INFINITY))).toBe(Infinity);
  });
});

it('keeps no moment that is too small for full precision', () => {
  const state = startedState();
  const [group] = state.groups.toReversed() as [(typeof state.groups)[number]];
  const { weights, ...buffers } = state.buffers.get(group.name) as { weights: Float32Array };
  const moments = Object.values(buffers) as Float32Array[];
  for (const moment of moments) moment.fill(2 ** -125, 0, 4);
  for (const kernels of [createHostKernels(state.memory as WasmMemory), undefined])
    for (let step = 1; step <= 9; step++)
      optimizer.updateOnHost({
        ...{ group, shape: [weights.length], weights, buffers, kernels, factor: 1 },
        gradient: new Float32Array(weights.length),
        scalars: optimizer.scalars(1e-2, step),
      });
  expect([...(buffers as { mean: Float32Array }).mean.subarray(0, 4)]).toEqual([0, 0, 0, 0]);
});

describe('the memory of a state', () => {
  it('is seen again as the same buffers', () => {
    const state = startedState();
    const again = allocateState(state.groups, optimizer, state.memory);
    expect(again.buffers).toEqual(state.buffers);
    again.tensors.get('p1')?.fill(5);
    expect([...(state.tensors.get('p1') ?? [])]).toEqual([5, 5, 5]);
  });

  it('is several buffers where one memory would be too large', async () => {
    const { sharedMemory } = await import('./state-memory.ts');
    expect(sharedMemory(2 ** 34 + 1)).toBeUndefined();
  });
});
