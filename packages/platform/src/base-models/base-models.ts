import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** A folder with a `config.json`, offered as a base model under the folder's name. */
export type BaseModelFolder = { readonly name: string; readonly path: string };

/**
 * The base models in the given folders, sorted by name; of two with one name the earlier folder's
 * counts. Names come from the directory, never from users. A folder that is missing holds none.
 */
export async function listBaseModels(folders: readonly string[]): Promise<BaseModelFolder[]> {
  const models = new Map<string, BaseModelFolder>();
  for (const folder of folders) {
    for (const name of await namesIn(folder)) {
      const path = join(folder, name);
      if (!models.has(name) && (await isFile(join(path, 'config.json'))))
        models.set(name, { name, path });
    }
  }
  return [...models.values()].sort((left, right) => (left.name < right.name ? -1 : 1));
}

/**
 * The base model of that name, or undefined.
 * @example const model = await findBaseModel(config.modelFolders, 'lathe-tiny');
 */
export async function findBaseModel(
  folders: readonly string[],
  name: string,
): Promise<BaseModelFolder | undefined> {
  const models = await listBaseModels(folders);
  return models.find((model) => model.name === name);
}

/** Throws an Error of one sentence when a folder that should hold base models is missing or cannot be read. */
export async function checkModelFolders(folders: readonly string[]): Promise<void> {
  for (const folder of folders)
    await readdir(folder).catch((cause: NodeJS.ErrnoException) => {
      const why = cause.code === 'ENOENT' ? 'does not exist' : `cannot be read (${cause.code})`;
      throw new Error(`The folder ${folder} that LATHE_MODELS names ${why}.`, { cause });
    });
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    // What is being put there begins with a dot until it is whole.
    return (await readdir(folder)).filter((name) => !name.startsWith('.'));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw error;
  }
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}
