import { softwareGpu } from '@lathe/testkit/software-gpu';
import { describe } from 'vitest';
import { checkDevice } from './conformance.ts';
import type { Device } from './device.ts';
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

const device = await findDevice();
const why =
  device === undefined ? ' (skipped: no GPU, and Debian’s chromium is not installed)' : '';

describe.runIf(device !== undefined)(`WebGPU${why}`, () => {
  if (device === undefined) return;
  checkDevice(device);
});
