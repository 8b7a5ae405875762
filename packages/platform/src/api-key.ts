import { randomBytes } from 'node:crypto';
import { chmod, link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { projectPattern } from '@lathe/contracts/id';

/** The project that the bootstrap key belongs to. */
export const defaultProject = 'default';

export type BootstrapKey = {
  readonly key: string;
  /** The file that keeps it, or null when it came from the environment. */
  readonly file: string | null;
  /** Whether it was made just now, so that it should be shown once. */
  readonly isNew: boolean;
};

/** A key, and the project that it opens. */
export type ProjectKey = { readonly key: string; readonly project: string };

/** Fewest characters of a key that an operator chooses. */
const shortestKey = 16;

/**
 * The keys of `LATHE_API_KEYS`, written "key=project,key=project"; none when it is unset. The last `=` of
 * an entry divides it, so that a key may end with some. A project may have several keys. Throws an
 * Error of one sentence that names the entry by its number and never holds a key.
 * @example parseApiKeys('research=0123456789abcdef'); // [{ project: 'research', key: … }]
 */
export function parseApiKeys(text: string | null): readonly ProjectKey[] {
  if (text === null) return [];
  const seen = new Map<string, number>();
  return text.split(',').map((part, index) => {
    const entry = part.trim();
    const divider = entry.lastIndexOf('=');
    const key = entry.slice(0, Math.max(divider, 0));
    const project = entry.slice(divider + 1);
    const fault = (what: string): Error =>
      new Error(
        `The environment variable LATHE_API_KEYS has a fault in entry ${index + 1}: ${what}.`,
      );
    if (divider === -1) throw fault('it is not of the form key=project');
    const wrong = keyFault(key);
    if (wrong !== null) throw fault(wrong);
    if (!projectPattern.test(project))
      throw fault(
        'the project after "=" must be 1 to 40 lower-case letters, digits or "-", a letter or digit first',
      );
    const twin = seen.get(key);
    if (twin !== undefined) throw fault(`its key is that of entry ${twin} again`);
    seen.set(key, index + 1);
    return { key, project };
  });
}

/** What is wrong with a key that an operator chose, or null. */
function keyFault(key: string): string | null {
  if (!isVisible(key)) return 'the key may hold visible ASCII characters only';
  if (key.length >= shortestKey) return null;
  return `the key has ${key.length} characters, but needs at least ${shortestKey}`;
}

function isVisible(key: string): boolean {
  return /^[\x21-\x7e]*$/.test(key);
}

/**
 * The key of `LATHE_METRICS_KEY`, or null. It opens the metrics and no project. Throws an Error of one sentence, without
 * the key, when it is too short or a project's as well.
 */
export function metricsKey(
  configured: string | null,
  projectKeys: readonly string[],
): string | null {
  if (configured === null) return null;
  const isTaken = projectKeys.includes(configured);
  const fault = isTaken ? 'it is a key of a project; choose another' : keyFault(configured);
  if (fault === null) return configured;
  throw new Error(`The environment variable LATHE_METRICS_KEY has a fault: ${fault}.`);
}

/**
 * The bootstrap API key: the configured one, or the one in the data folder, or a new one that is
 * stored there, readable by its owner only. Two services that start together agree on one key. Throws an Error of one
 * sentence, without the key, when the configured one is too short or the stored one is damaged.
 */
export async function bootstrapKey(config: {
  readonly apiKey: string | null;
  readonly dataFolder: string;
}): Promise<BootstrapKey> {
  if (config.apiKey !== null) {
    const fault = keyFault(config.apiKey);
    if (fault !== null)
      throw new Error(`The environment variable LATHE_API_KEY has a fault: ${fault}.`);
    return { key: config.apiKey, file: null, isNew: false };
  }
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
    if (!isVisible(text))
      throw new Error(
        `The file ${file} is damaged: an API key has visible ASCII characters only. Put the key back, or delete the file for a new one.`,
      );
    return text === '' ? undefined : text;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
