import { type CpuOptions, cpuDevice } from './cpu.ts';
import type { Device } from './device.ts';

/** Pads products in tiny models as those of large ones are: all whose width is a multiple of 4. */
export const tinyPadding: CpuOptions = {
  padding: 'on',
  paddedWidths: { multiple: 4, zeros: 3, leastRows: 1, leastColumns: 1, mostNumbers: 2 ** 24 },
};

/** The CPU with products of padded widths in tiny models. */
export function paddedCpu(threads = 2): Device {
  return cpuDevice({ threads, ...tinyPadding });
}
