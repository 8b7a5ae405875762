import { stat } from 'node:fs/promises';
import { CheckpointError } from './error.ts';

/**
 * The size of a file, looked at before it is opened: opening a pipe would wait for a writer. Throws CheckpointError for what
 * is missing or no file.
 */
export async function fileStatus(file: string): Promise<{ readonly size: number }> {
  let found: Awaited<ReturnType<typeof stat>>;
  try {
    found = await stat(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new CheckpointError(file, 'the file is missing');
  }
  if (!found.isFile()) throw new CheckpointError(file, 'it is not a file');
  return found;
}
