import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { cudaProviderFile } from './device-choice.ts';
import { openDevice } from './open-device.ts';
import { describeOnWebGpu } from './webgpu.fixture.ts';

it('opens the CPU by name, and for whoever leaves the choice where there is no GPU', async () => {
  expect((await openDevice('cpu', { threads: 1 })).name).toBe('cpu');
  expect(['cpu', 'webgpu', 'cuda']).toContain((await openDevice('auto')).name);
});

it.runIf(!existsSync(cudaProviderFile()))(
  'says what is missing of CUDA before ONNX Runtime is asked for it',
  async () => {
    await expect(openDevice('cuda')).rejects.toThrow(
      'The CUDA provider of ONNX Runtime is not installed',
    );
  },
);

await describeOnWebGpu('WebGPU', () => {
  it('is opened by name, with a memory of its own', async () => {
    const device = await openDevice('webgpu');
    expect(device.name).toBe('webgpu');
    expect(device.residency).toBeDefined();
  });
});
