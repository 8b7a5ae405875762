import { expect, it } from 'vitest';
import { readReference } from '../parity/reference.ts';
import { cpuDevice } from '../runtime/cpu.ts';
import type { Device } from '../runtime/device.ts';
import { describeWithKernels } from '../runtime/own-kernels.fixture.ts';
import { readAnswer } from './generation.fixture.ts';
import { openGenerator } from './generator.ts';

/** Greedy answers to so many prompts at once. */
async function answers(device: Device, requests: number) {
  const { model } = await readReference('tied');
  const generator = await openGenerator({ model, device });
  const found = await Promise.all(
    Array.from({ length: requests }, (_, request) =>
      readAnswer(
        generator.generate({ tokens: [21, 3, 42, request], maxTokens: 8, stopTokens: [] }),
      ),
    ),
  );
  await generator.dispose();
  return found;
}

await describeWithKernels(
  (device) => {
    // One row, few, and more than a panel of few rows holds.
    it.each([1, 3, 20])('write the same greedy answers to %i requests', async (requests) => {
      const [own, others] = [await answers(device, requests), await answers(cpuDevice(), requests)];
      expect(own.map(({ tokens }) => tokens)).toEqual(others.map(({ tokens }) => tokens));
      for (const [at, { logprobs }] of own.entries())
        for (const [place, logprob] of logprobs.entries())
          expect(logprob).toBeCloseTo(others[at]?.logprobs[place] ?? NaN, 4);
    });
  },
  ['auto', 'avx2'],
);
