import { randomBytes } from 'node:crypto';
import { chmod, link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The project that the bootstrap key belongs to. */
export const defaultProject = 'default';

export type BootstrapKey = {
  readonly key: string;
  /** The file that keeps it, or null when it came from the environment. */
  readonly file: string | null;
  /** Whether it was made just now, so that it should be shown once. */
  readonly isNew: boolean;
};

/**
 * The bootstrap API key: the configured one, or the one in the data folder, or a new one that is
 * stored there, readable by its owner only. Two services that start together agree on one key.
 */
export async function bootstrapKey(config: {
  readonly apiKey: string | null;
  readonly dataFolder: string;
}): Promise<BootstrapKey> {
  if (config.apiKey !== null) return { key: config.apiKey, file: null, isNew: false };
  const file = join(config.dataFolder, 'api-key');
  const stored = await readKey(file);
  if (stored !== undefined) return { key: stored, file, isNew: false };
  await mkdir(config.dataFolder, { recursive: true });
  const key = `sk-lathe-${randomBytes(32).toString('base64url')}`;
  const temporary = `${file}.${randomBytes(8).toString('hex')}`;
  await writeFile(temporary, `${key}\n`, { mode: 0o600, flag: 'wx', flush: true });
  try {
    // A hard link appears whole or fails when another service was faster.
    await link(temporary, file);
    return { key, file, isNew: true };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    const winner = await readKey(file);
    if (winner === undefined) throw new Error(`The file ${file} holds no API key; delete it.`);
    return { key: winner, file, isNew: false };
  } finally {
    await rm(temporary, { force: true });
  }
}

async function readKey(file: string): Promise<string | undefined> {
  try {
    const text = (await readFile(file, 'utf8')).trim();
    await chmod(file, 0o600);
    return text === '' ? undefined : text;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
