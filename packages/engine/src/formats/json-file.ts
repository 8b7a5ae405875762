import { readFile, stat } from 'node:fs/promises';
import { CheckpointError } from './error.ts';
import { deepest, nestingDepth } from './json-text.ts';

/** Bytes of JSON beside a model; indexes of shards are the largest such files. */
const largestJson = 100_000_000;

/**
 * Reads a JSON file; the error names the file and what is wrong with it.
 * @example const config = await readJson('models/lathe-tiny/config.json');
 */
export async function readJson(file: string): Promise<unknown> {
  let found: Awaited<ReturnType<typeof stat>>;
  try {
    found = await stat(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      throw new CheckpointError(file, 'the file is missing');
    throw error;
  }
  if (!found.isFile()) throw new CheckpointError(file, 'it is not a file');
  if (found.size > largestJson)
    throw new CheckpointError(
      file,
      `${Math.ceil(found.size / 1e6)} MB of JSON are more than ${largestJson / 1e6} MB`,
    );
  const text = await readFile(file, 'utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new CheckpointError(file, `not valid JSON (${(error as Error).message})`);
  }
  if (nestingDepth(text) > deepest)
    throw new CheckpointError(file, `it nests deeper than ${deepest} levels`);
  return value;
}

export async function exists(file: string): Promise<boolean> {
  return (await stat(file).catch(() => undefined)) !== undefined;
}
