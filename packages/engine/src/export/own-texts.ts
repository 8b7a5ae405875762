import {
  constants,
  copyFile,
  link,
  mkdir,
  mkdtemp,
  readdir,
  realpath,
  rm,
  stat,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { isTextFile, listTextFiles } from '@lathe/tokenizer/text-files';

/** A model folder to export from, for as long as the export takes. */
export type ExportedFolder = { readonly path: string; [Symbol.asyncDispose](): Promise<void> };

/**
 * The base model's folder as the adapter was tuned on it: with the tokenizer and the templates that the adapter keeps
 * in its folder `tokenizer`, whatever the base's own say by now. The folder itself where the adapter keeps none.
 */
export async function folderOfTuning(
  model: string,
  adapter: string | undefined,
): Promise<ExportedFolder> {
  const own = adapter === undefined ? undefined : join(adapter, 'tokenizer');
  const hasOwn = own !== undefined && (await stat(join(own, 'tokenizer.json')).catch(() => null));
  if (own === undefined || !hasOwn)
    return { path: model, [Symbol.asyncDispose]: async () => undefined };
  const temporary = await mkdtemp(join(tmpdir(), 'lathe-base-'));
  const path = join(temporary, basename(resolve(model)));
  await mkdir(path);
  for (const entry of await readdir(model)) {
    const from = join(resolve(model), entry);
    if (isTextFile(entry) || !(await stat(from)).isFile()) continue;
    if (entry.endsWith('.safetensors')) await linkOrCopy(from, join(path, entry));
    else await copyFile(from, join(path, entry));
  }
  for (const name of await listTextFiles(own)) {
    if (!isTextFile(name)) continue;
    await mkdir(dirname(join(path, name)), { recursive: true });
    await copyFile(join(own, name), join(path, name));
  }
  return {
    path,
    [Symbol.asyncDispose]: () => rm(temporary, { recursive: true, force: true }),
  };
}

/** Weights are large, and are only read; ONNX Runtime follows no symbolic links out of a model's folder. */
async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(await realpath(from), to);
  } catch {
    // Another disk, or one without links. What is wrong with the file itself is said by the copy.
    await copyFile(from, to, constants.COPYFILE_FICLONE);
  }
}
