import { totalmem } from 'node:os';

/**
 * Memory of this machine in bytes, or of the container where there is one.
 *
 * @example const half = machineMemory() / 2;
 */
export function machineMemory(): number {
  return Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);
}
