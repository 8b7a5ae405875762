import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';

/**
 * The command of a process with its arguments; empty when there is none.
 * @example (await commandOf(process.pid)).includes('node');
 */
export async function commandOf(pid: number): Promise<string> {
  if (process.platform === 'linux')
    return (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).replaceAll('\0', ' ');
  try {
    return execFileSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' });
  } catch {
    return '';
  }
}
