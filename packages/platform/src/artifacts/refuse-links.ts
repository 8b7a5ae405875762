import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { ArtifactError } from './port.ts';

/** The store makes no symbolic links; one that somebody put there must not lead out of it. */
export async function refuseLinks(objects: string, names: readonly string[]): Promise<void> {
  let path = objects;
  for (const name of names) {
    path = join(path, name);
    try {
      if ((await lstat(path)).isSymbolicLink())
        throw new ArtifactError('bad_key', `${path} is a symbolic link, which is not followed`);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
      throw error;
    }
  }
}
