import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Where an adapter's folder has the files that its rows became tokens with. */
export function ownTextsFolder(adapter: string): string {
  return join(adapter, 'tokenizer');
}

/** That folder, where the adapter has it: those of before did not. */
export async function ownTexts(adapter: string): Promise<string | undefined> {
  const folder = ownTextsFolder(adapter);
  return (await exists(join(folder, 'tokenizer.json'))) ? folder : undefined;
}

/** Whether it is such a folder, which has a model's config and no weights. */
export async function isOwnTexts(folder: string): Promise<boolean> {
  const adapter = dirname(folder);
  return folder === ownTextsFolder(adapter) && exists(join(adapter, 'adapter_config.json'));
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return false;
      throw error;
    },
  );
}
