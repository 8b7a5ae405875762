import {
  type CheckpointManifest,
  checkpointManifestSchema,
} from '@lathe/contracts/artifact/checkpoint';
import { ArtifactError, type ArtifactStore } from '@lathe/platform/artifacts/port';
import { readJson } from '@lathe/platform/artifacts/read-json';
import type { z } from 'zod';

/** Reads a checkpoint's manifest. Throws when it is missing or no manifest. */
export async function readManifest(
  artifacts: ArtifactStore,
  key: string,
): Promise<CheckpointManifest> {
  return readJson(artifacts, key, checkpointManifestSchema);
}

/** Reads a checkpoint's manifest; null when it is missing or no manifest. Throws when the store fails. */
export function soundManifest(
  artifacts: ArtifactStore,
  key: string,
): Promise<CheckpointManifest | null> {
  return soundJson(artifacts, key, checkpointManifestSchema);
}

/**
 * The manifest of a checkpoint whose model can be asked: it has one, and every file of it is there in its full length.
 * Null for any other.
 */
export async function wholeManifest(
  artifacts: ArtifactStore,
  key: string,
): Promise<CheckpointManifest | null> {
  const manifest = await soundManifest(artifacts, key);
  const files = Object.values(manifest?.model ?? {});
  for (const { key: file, bytes } of files)
    if ((await artifacts.stat(file))?.bytes !== bytes) return null;
  return files.length === 0 ? null : manifest;
}

/** Reads JSON of a schema; null when it is missing or something else. Throws when the store fails. */
export async function soundJson<T>(
  artifacts: ArtifactStore,
  key: string,
  schema: z.ZodType<T>,
): Promise<T | null> {
  try {
    return await readJson(artifacts, key, schema);
  } catch (error) {
    if (error instanceof ArtifactError && error.isStoreDamage) return null;
    throw error;
  }
}

/** The step that a checkpoint manifest's key names; 0 for none. */
export function checkpointStep(manifestKey: string | null): number {
  return Number(/-(\d{9})\/manifest\.json$/.exec(manifestKey ?? '')?.[1] ?? 0);
}
