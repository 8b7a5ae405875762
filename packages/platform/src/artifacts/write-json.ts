import type { z } from 'zod';
import type { ArtifactStore, PutResult } from './port.ts';

/**
 * Stores a JSON artifact, which is checked first: what could not be read again, such as a number that is not finite, which JSON
 * writes as null, never gets there. Throws a ZodError when it does not fit the schema, or what the store throws.
 * @example await writeJson(artifacts, 'p/default/…/manifest.json', checkpointManifestSchema, manifest);
 */
export async function writeJson<T>(
  artifacts: Pick<ArtifactStore, 'put'>,
  key: string,
  schema: z.ZodType<T>,
  value: T,
): Promise<PutResult> {
  schema.parse(value);
  return await artifacts.put(key, Buffer.from(JSON.stringify(value)));
}
