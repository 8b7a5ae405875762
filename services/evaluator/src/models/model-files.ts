import { createHash } from 'node:crypto';
import { mkdir, readdir, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type CheckpointManifest,
  checkpointManifestSchema,
} from '@lathe/contracts/artifact/checkpoint';
import { LatheError } from '@lathe/contracts/error';
import { getFolder } from '@lathe/platform/artifacts/folder';
import { ArtifactError, type ArtifactStore } from '@lathe/platform/artifacts/port';
import { readJson } from '@lathe/platform/artifacts/read-json';

/** Tuned models on this machine's disk, brought from the artifact store when they are needed. */
export type ModelFiles = {
  /** The manifest of a checkpoint. Throws `model_not_found` when it is gone. */
  manifest(manifestKey: string): Promise<CheckpointManifest>;
  /** The folder with the checkpoint's model files, each checked against its digest when it came. */
  folder(manifestKey: string): Promise<string>;
  /** Where `folder` puts it. */
  pathOf(manifestKey: string): string;
  /** Removes the local copy. */
  forget(manifestKey: string): Promise<void>;
  /**
   * Removes the local copies that stand for none of these manifests and were not used for so long: those of models
   * that were deleted while nobody listened.
   */
  keepOnly(manifestKeys: readonly string[], unusedMs: number): Promise<void>;
};

/** Keeps at most `most` models under `root`, the most recently used ones. */
export function openModelFiles(artifacts: ArtifactStore, root: string, most: number): ModelFiles {
  const pathOf = (manifestKey: string): string =>
    join(root, createHash('sha256').update(manifestKey).digest('hex').slice(0, 32));
  const manifest = async (manifestKey: string): Promise<CheckpointManifest> => {
    try {
      return await readJson(artifacts, manifestKey, checkpointManifestSchema);
    } catch (error) {
      if (!(error instanceof ArtifactError && error.problem === 'not_found')) throw error;
      throw new LatheError('model_not_found', 'The files of the model were deleted.', {
        param: 'model',
        cause: error,
      });
    }
  };
  return {
    manifest,
    pathOf,
    async folder(manifestKey) {
      const target = pathOf(manifestKey);
      if (!(await touch(target))) {
        await mkdir(root, { recursive: true });
        await getFolder(artifacts, (await manifest(manifestKey)).model, target);
        await touch(target);
        await trim(root, most);
      }
      return target;
    },
    async keepOnly(manifestKeys, unusedMs) {
      const kept = new Set(manifestKeys.map(pathOf));
      for (const { folder, usedMs } of await copiesIn(root))
        if (!kept.has(folder) && usedMs <= Date.now() - unusedMs)
          await rm(folder, { recursive: true, force: true });
    },
    forget: (manifestKey) => rm(pathOf(manifestKey), { recursive: true, force: true }),
  };
}

/** Notes that the folder is used now; false when there is none. */
async function touch(folder: string): Promise<boolean> {
  const now = new Date();
  try {
    await utimes(folder, now, now);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

type Copy = { readonly folder: string; readonly usedMs: number };

/** The copies under a root with when each was used last; one that goes meanwhile counts as used just now. */
async function copiesIn(root: string): Promise<Copy[]> {
  const names = await readdir(root).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return Promise.all(
    names.map(async (name) => {
      const folder = join(root, name);
      const found = await stat(folder).catch(() => null);
      return { folder, usedMs: found?.mtimeMs ?? Number.POSITIVE_INFINITY };
    }),
  );
}

/** Removes the folders that were not used for longest. One that is open stays readable while it is. */
async function trim(root: string, most: number): Promise<void> {
  const copies = await copiesIn(root);
  copies.sort((a, b) => b.usedMs - a.usedMs);
  for (const { folder } of copies.slice(most)) await rm(folder, { recursive: true, force: true });
}
