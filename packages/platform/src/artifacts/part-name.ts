import { randomBytes } from 'node:crypto';
import { isAlive } from '../process/is-alive.ts';
import { processSpace } from '../process/process-space.ts';

const named = /^([0-9a-f]{16})-(\d+)-/;

/** A new name for a half-written object, which tells whose it is where the system does. */
export function partName(): string {
  const space = processSpace();
  const own = space === undefined ? '' : `${space}-${process.pid}-`;
  return own + randomBytes(16).toString('hex');
}

/** Whether the process that wrote it is gone for sure. Of other machines and containers that share the folder nobody knows here. */
export function isOfGone(name: string): boolean {
  const [, space, pid] = named.exec(name) ?? [];
  return space !== undefined && space === processSpace() && !isAlive(Number(pid));
}
