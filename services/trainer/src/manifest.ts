import {
  type CheckpointManifest,
  checkpointManifestSchema,
} from '@lathe/contracts/artifact/checkpoint';
import { ArtifactError, type ArtifactStore } from '@lathe/platform/artifacts/port';
import { readJson } from '@lathe/platform/artifacts/read-json';
import { ZodError } from 'zod';

/** Reads a checkpoint's manifest. Throws when it is missing or no manifest. */
export async function readManifest(
  artifacts: ArtifactStore,
  key: string,
): Promise<CheckpointManifest> {
  return readJson(artifacts, key, checkpointManifestSchema);
}

/** Reads a checkpoint's manifest; null when it is missing or no manifest. Throws when the store fails. */
export async function soundManifest(
  artifacts: ArtifactStore,
  key: string,
): Promise<CheckpointManifest | null> {
  try {
    return await readManifest(artifacts, key);
  } catch (error) {
    const isGone = error instanceof ArtifactError && error.problem === 'not_found';
    if (isGone || error instanceof SyntaxError || error instanceof ZodError) return null;
    throw error;
  }
}

/** The step that a checkpoint manifest's key names; 0 for none. */
export function checkpointStep(manifestKey: string | null): number {
  return Number(/-(\d{9})\/manifest\.json$/.exec(manifestKey ?? '')?.[1] ?? 0);
}
