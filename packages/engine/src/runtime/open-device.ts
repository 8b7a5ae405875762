import { type CpuOptions, cpuDevice } from './cpu.ts';
import { cudaDevice } from './cuda.ts';
import type { Device } from './device.ts';
import { type DeviceChoice, likelyDevice } from './device-choice.ts';
import { webgpuDevice } from './webgpu.ts';

/**
 * Opens a device. `auto` takes the likely one, and the CPU where its WebGPU turns out to have no adapter. Throws
 * one sentence when the device that was named is not here.
 * @example const device = await openDevice('auto');
 */
export async function openDevice(choice: DeviceChoice, options: CpuOptions = {}): Promise<Device> {
  switch (choice) {
    case 'cpu':
      return cpuDevice(options);
    case 'webgpu':
      return webgpuDevice();
    case 'cuda':
      return cudaDevice(options);
    case 'auto': {
      const likely = likelyDevice();
      if (likely !== 'webgpu') return openDevice(likely, options);
      return webgpuDevice().catch(() => cpuDevice(options));
    }
  }
}
