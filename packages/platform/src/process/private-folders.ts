import { chmod } from 'node:fs/promises';
import { join } from 'node:path';

/** Folders of the data folder with copies of what users sent and made. */
const folders = ['cache', 'work', 'artifacts', 'nats'];

/** Shuts the folders that an older version left open to others; new ones are made shut (see service-process.ts). */
export async function shutFolders(dataFolder: string): Promise<void> {
  for (const name of folders)
    await chmod(join(dataFolder, name), 0o700).catch((error: NodeJS.ErrnoException) => {
      // Not there yet, or another user's, who shuts it.
      if (error.code !== 'ENOENT' && error.code !== 'EPERM') throw error;
    });
}
