import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';

/**
 * A name of where numbers of processes mean what they mean here: this start of this machine, and in it this container. Undefined where the
 * system does not tell. Within it a process whose number is not alive is gone; of those elsewhere nothing is known.
 */
export function processSpace(): string | undefined {
  try {
    const start = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8');
    const space = readlinkSync('/proc/self/ns/pid');
    return createHash('sha256').update(`${start}${space}`).digest('hex').slice(0, 16);
  } catch {
    // Other systems than Linux, and those that hide it.
    return undefined;
  }
}
