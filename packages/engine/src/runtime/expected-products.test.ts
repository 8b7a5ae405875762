import { expect, it } from 'vitest';
import { cpuDevice } from './cpu.ts';
import { type CpuChoice, kernelChoices, paddingChoices } from './cpu-binding.ts';
import { expectedProducts } from './expected-products.ts';

const choices: CpuChoice[] = (['auto', 'c-api', 'node'] as const).flatMap((binding) =>
  kernelChoices
    // Those of another processor are built too, and fail when they are loaded.
    .filter((kernels) => !['avx512', 'avx2', 'neon'].includes(kernels))
    .flatMap((kernels) => paddingChoices.map((padding) => ({ binding, kernels, padding }))),
);

it.each(choices)(
  'are those that a device then takes: $binding, $kernels, $padding',
  async (choice) => {
    expect(expectedProducts(choice)).toBe(await cpuDevice(choice).products?.());
  },
);
