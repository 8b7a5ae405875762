import { readFileSync } from 'node:fs';

/** Of Linux, whatever its kernel's own clock: see proc(5). */
const ticksPerSecond = 100;

/**
 * What a process has computed since it began, in milliseconds of a processor; undefined where there is no /proc, and
 * of a process that has ended.
 */
export function processorMs(pid: number): number | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  // The name of the program may hold blanks and brackets; what follows does not.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / ticksPerSecond;
}
