import type { z } from 'zod';
import { ArtifactError, type ArtifactStore } from './port.ts';

/**
 * A JSON artifact, checked. Throws what the store throws, and `damaged` when it is no JSON or does not fit the schema.
 * @example const manifest = await readJson(artifacts, 'p/default/…/manifest.json', checkpointManifestSchema);
 */
export async function readJson<T>(
  artifacts: Pick<ArtifactStore, 'get'>,
  key: string,
  schema: z.ZodType<T>,
): Promise<T> {
  const chunks = await Array.fromAsync(artifacts.get(key));
  try {
    return schema.parse(JSON.parse(Buffer.concat(chunks).toString('utf8')));
  } catch (cause) {
    throw new ArtifactError('damaged', `the artifact ${key} is damaged: not the JSON that it was`, {
      cause,
    });
  }
}

/** The same where there may be no such artifact: null then. */
export async function findJson<T>(...read: Parameters<typeof readJson<T>>): Promise<T | null> {
  try {
    return await readJson(...read);
  } catch (error) {
    if (error instanceof ArtifactError && error.problem === 'not_found') return null;
    throw error;
  }
}
