import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * A file system in memory that holds so many bytes, for tests of full disks.
 * @example using disk = smallDisk(2 ** 20);
 */
export function smallDisk(bytes: number): { readonly path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), 'lathe-disk-'));
  const type = ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs'];
  try {
    execFileSync('mount', [...type, path], { stdio: 'pipe' });
  } catch (error) {
    rmSync(path, { recursive: true });
    throw error;
  }
  return {
    path,
    [Symbol.dispose]: () => {
      execFileSync('umount', [path], { stdio: 'pipe' });
      rmSync(path, { recursive: true });
    },
  };
}

/** Whether this process may mount file systems: as root, and in most containers not even then. */
export function canMount(): boolean {
  try {
    smallDisk(2 ** 20)[Symbol.dispose]();
    return true;
  } catch {
    return false;
  }
}
