import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { baseStatesPrefix } from '@lathe/contracts/artifact/key';
import { putFolder } from '@lathe/platform/artifacts/folder';
import { ArtifactError, type ArtifactStore, keyParts } from '@lathe/platform/artifacts/port';

type Job = { readonly project: string; readonly jobId: string };

/** Stores what the engine kept of a frozen base model's work in `folder`; nothing where there is no such folder. */
export async function storeBaseStates(
  artifacts: ArtifactStore,
  { project, jobId }: Job,
  folder: string,
): Promise<void> {
  const found = await stat(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
  if (found !== undefined) await putFolder(artifacts, baseStatesPrefix(project, jobId), folder);
}

/**
 * Brings what an earlier run of the job kept into `folder`, as far as it can be read: the engine knows by digests what is
 * whole, and computes the rest. Throws when the store cannot be reached, or this machine's disk fails.
 */
export async function fetchBaseStates(
  artifacts: ArtifactStore,
  { project, jobId }: Job,
  folder: string,
): Promise<void> {
  const prefix = baseStatesPrefix(project, jobId);
  const keys: string[] = [];
  for await (const { key } of artifacts.list(prefix)) keys.push(key);
  for (const key of keys) {
    const path = join(folder, ...keyParts(key.slice(prefix.length + 1)));
    await mkdir(dirname(path), { recursive: true });
    try {
      await writeFile(path, artifacts.get(key));
    } catch (error) {
      if (!(error instanceof ArtifactError) || !unreadable.has(error.problem)) throw error;
      await rm(path, { force: true });
    }
  }
}

const unreadable: ReadonlySet<string> = new Set(['damaged', 'not_found']);
