import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { CheckpointError } from './error.ts';

/**
 * Writes `file` through a temporary neighbour, synced and renamed: a reader, or a restart after a crash,
 * sees the old file, the new one or none, never half of one.
 */
export async function writeFileAtomically(
  file: string,
  write: (append: (bytes: Uint8Array) => Promise<void>) => Promise<void>,
): Promise<void> {
  const temporary = join(dirname(file), `.${basename(file)}.${randomUUID()}.partial`);
  try {
    const handle = await open(temporary, 'wx');
    try {
      await write(async (bytes) => {
        for (let done = 0; done < bytes.byteLength; ) {
          done += (await handle.write(bytes, done)).bytesWritten;
        }
      });
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/**
 * Fills a folder through a temporary neighbour and renames it, so that `folder` is complete or absent.
 * An earlier folder of the same kind, known by its `marker` file, is replaced; any other folder that is
 * not empty is refused, because replacing it would delete what someone else put there.
 */
export async function writeFolderAtomically(
  folder: string,
  marker: string,
  fill: (temporary: string) => Promise<void>,
): Promise<void> {
  const parent = dirname(folder);
  const temporary = join(parent, `.${basename(folder)}.${randomUUID()}.partial`);
  const present = await namesIn(folder);
  if (present !== undefined && present.length > 0 && !present.includes(marker)) {
    throw new CheckpointError(
      folder,
      `the folder is not empty and holds no ${marker}, so it is not replaced`,
    );
  }
  await mkdir(temporary, { recursive: true });
  try {
    await fill(temporary);
    await syncFolder(temporary);
    if (present === undefined) await rename(temporary, folder);
    else await replaceFolder(folder, temporary);
    await syncFolder(parent);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw error;
  }
}

async function replaceFolder(folder: string, next: string): Promise<void> {
  const old = `${next}.old`;
  await rename(folder, old);
  await rename(next, folder);
  await rm(old, { recursive: true, force: true });
}

async function namesIn(folder: string): Promise<string[] | undefined> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** A rename is durable only once the folder that holds the name is synced. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
