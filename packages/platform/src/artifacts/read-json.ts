import type { z } from 'zod';
import type { ArtifactStore } from './port.ts';

/** A JSON artifact, checked. Throws what the store throws, a SyntaxError, or a ZodError when it does not fit the schema. */
export async function readJson<T>(
  artifacts: Pick<ArtifactStore, 'get'>,
  key: string,
  schema: z.ZodType<T>,
): Promise<T> {
  const chunks = await Array.fromAsync(artifacts.get(key));
  return schema.parse(JSON.parse(Buffer.concat(chunks).toString('utf8')));
}
