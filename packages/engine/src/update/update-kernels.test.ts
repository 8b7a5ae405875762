import { expect, it } from 'vitest';
import { fillNormal, rootSeed } from '../nn/seed.ts';
import type { HostKernels } from '../optim/host-kernels.ts';
import { sumOfSquares } from '../optim/host-step.ts';
import { optimizer, startedState, updated } from '../optim/updated-state.fixture.ts';
import { chooseKernels } from '../runtime/c-api/own-kernels.ts';
import { cpuDevice } from '../runtime/cpu.ts';
import type { KernelChoice } from '../runtime/cpu-binding.ts';
import type { Device } from '../runtime/device.ts';
import { describeWithKernels } from '../runtime/own-kernels.fixture.ts';
import { kernelsFor } from './update-kernels.ts';

await describeWithKernels(kernelTests, ['auto', 'avx2']);

function kernelTests(device: Device, set: KernelChoice): void {
  const loops = async (): Promise<HostKernels> => {
    const library = await device.updateLibrary?.();
    // Others chose after this device was made.
    chooseKernels(library as string, set === 'auto' ? '' : set);
    return (await kernelsFor(startedState(), library)) as HostKernels;
  };

  it('update to the same bits as the loop', async () => {
    const kernels = await loops();
    expect(updated(() => kernels)).toEqual(updated(() => undefined));
  });

  it('sum squares to the same bits', async () => {
    const { sumOfSquares: fast } = await loops();
    for (const size of [0, 1, 3, 4, 5, 31, 100_003]) {
      const values = fillNormal(new Float32Array(size), rootSeed(size), 3);
      expect(fast(values)).toBe(sumOfSquares(values));
      expect(fast(values.subarray(1))).toBe(sumOfSquares(values.subarray(1)));
    }
    expect(fast(Float32Array.of(1, Number.NaN, 1, 1, 1))).toBeNaN();
  });

  it('refuse sides of different lengths', async () => {
    const kernels = await loops();
    const step = {
      ...{ group: startedState().groups[0]!, shape: [4], factor: 1, kernels },
      ...{ scalars: optimizer.scalars(1e-2, 1), weights: new Float32Array(4) },
      gradient: new Float32Array(4),
      buffers: { mean: new Float32Array(3), variance: new Float32Array(4) },
    };
    expect(() => optimizer.updateOnHost(step)).toThrow('3 numbers have 4 gradients');
  });
}

it('are those of WebAssembly where there is no library, or a slower one', async () => {
  expect(await cpuDevice({ binding: 'c-api', kernels: 'plain' }).updateLibrary?.()).toBeUndefined();
  const state = startedState();
  expect(await kernelsFor(state, undefined)).toBeDefined();
  expect(await kernelsFor({ memory: undefined }, undefined)).toBeUndefined();
});
