import { afterAll, beforeAll, describe } from 'vitest';
import { input } from '../graph/value.ts';
import type { Device, Program } from './device.ts';
import { softwareGpu } from './software-gpu.ts';
import { webgpuDevice } from './webgpu.ts';

/** A GPU of this machine, or SwiftShader; where that is installed, it must work. */
async function findDevice(): Promise<Device | undefined> {
  try {
    return await webgpuDevice();
  } catch (error) {
    if (softwareGpu() !== null) throw error;
    return undefined;
  }
}

/** Tests that need a GPU; without one they are skipped, and their name says why. */
export async function describeOnWebGpu(name: string, tests: (gpu: Device) => void): Promise<void> {
  const device = await findDevice();
  const why = ' (skipped: no GPU is here, nor SwiftShader from Debian’s chromium)';
  describe.runIf(device !== undefined)(device === undefined ? name + why : name, () => {
    if (device === undefined) return;
    // The provider keeps its compiled shaders, which take seconds to make, as long as there is a program.
    let kept: Program;
    beforeAll(async () => {
      kept = await device.compile({ outputs: { y: input('x', [1], 'float32') } });
    });
    afterAll(() => kept.dispose());
    tests(device);
  });
}
