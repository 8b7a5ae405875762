import { readFileSync } from 'node:fs';

/** What Linux counts of a process, with times in seconds of a processor. */
export type ProcessStat = {
  readonly parent: number;
  readonly own: number;
  /** Of children that have ended and were waited for. */
  readonly ended: number;
};

/** Clock ticks in a second as /proc counts them: fixed to 100 for programs on every Linux. */
const ticksPerSecond = 100;

/** Reads the parent and the times out of a line of /proc/<pid>/stat (see proc(5)). */
export function parseStat(stat: string): ProcessStat {
  // The name of the program may hold blanks and brackets; what follows does not.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const seconds = (index: number): number => Number(fields[index]) / ticksPerSecond;
  return {
    parent: Number(fields[1]),
    own: seconds(11) + seconds(12),
    ended: seconds(13) + seconds(14),
  };
}

/**
 * What is counted of a process; undefined where there is no /proc, and of a process that has ended.
 *
 * @example
 * const stat = readStat(process.pid);
 * console.info(stat === undefined ? 'no /proc here' : `${stat.own} s of a processor`);
 */
export function readStat(pid: number): ProcessStat | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  return parseStat(stat);
}
