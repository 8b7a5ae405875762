import { describe } from 'vitest';
import type { Device } from './device.ts';
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
    if (device !== undefined) tests(device);
  });
}
