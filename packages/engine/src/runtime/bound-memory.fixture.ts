import { boundSessions } from './bound-sessions.ts';
import { cpuDevice } from './cpu.ts';
import type { Device } from './device.ts';

/** What the device `cuda` is, but on the CPU's provider and in its memory: no GPU is needed to run it. */
export function boundCpu(): Device & Required<Pick<Device, 'residency'>> {
  return { ...cpuDevice(), updatesOnHost: false, ...boundSessions('cpu') };
}
