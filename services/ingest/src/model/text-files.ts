import { copyFile, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { checkpointManifestSchema } from '@lathe/contracts/artifact/checkpoint';
import type { ObjectRef } from '@lathe/contracts/artifact/dataset';
import { getFolder, putFolder } from '@lathe/platform/artifacts/folder';
import { ArtifactError, type ArtifactStore } from '@lathe/platform/artifacts/port';
import { readJson } from '@lathe/platform/artifacts/read-json';
import type { Task } from '@lathe/recipe/task';
import { isTextFile, listTextFiles } from '@lathe/tokenizer/text-files';

/** Folder of an adapter's artifact that holds the files that its rows became tokens with. */
const ownFolder = 'tokenizer/';

/** Copies what says how texts become tokens out of a model folder, which anybody may edit meanwhile. */
export async function copyTextFiles(from: string, into: string): Promise<void> {
  await mkdir(into, { recursive: true });
  for (const path of await listTextFiles(from)) {
    await mkdir(dirname(join(into, path)), { recursive: true });
    await copyFile(join(from, path), join(into, path));
  }
}

/** What a tuned model was taught, and whether its files were there: not of one of before they were stored with it, or that is gone. */
export type TextOfStart = { readonly copied: boolean; readonly task?: Task | undefined };

/** Brings the same files of a tuned model. */
export async function copyTextOfStart(
  artifacts: ArtifactStore,
  manifestKey: string,
  into: string,
): Promise<TextOfStart> {
  const refs: Record<string, ObjectRef> = {};
  try {
    const manifest = await readJson(artifacts, manifestKey, checkpointManifestSchema);
    for (const [path, ref] of Object.entries(manifest.model)) {
      const isMerged = manifest.kind === 'merged';
      if (isMerged && (isTextFile(path) || /^(generation_)?config\.json$/.test(path)))
        refs[path] = ref;
      if (!isMerged && path.startsWith(ownFolder)) refs[path.slice(ownFolder.length)] = ref;
    }
    const { task } = manifest;
    if (refs['tokenizer.json'] === undefined) return { copied: false, task };
    await getFolder(artifacts, refs, into);
    return { copied: true, task };
  } catch (error) {
    if (error instanceof ArtifactError && error.problem === 'not_found') return { copied: false };
    throw error;
  }
}

/** Stores the copied files with a dataset. */
export function storeTextFiles(
  artifacts: ArtifactStore,
  prefix: string,
  folder: string,
): Promise<Record<string, ObjectRef>> {
  return putFolder(artifacts, `${prefix}/text`, folder);
}
