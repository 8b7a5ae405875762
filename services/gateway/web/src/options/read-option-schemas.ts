import { ask } from '../api/client.ts';
import type { OptionSchema } from './option-schema.ts';

type Document = {
  readonly paths: Readonly<
    Record<
      string,
      {
        readonly post?: {
          readonly requestBody?: {
            readonly content: Readonly<Record<string, { readonly schema: OptionSchema }>>;
          };
        };
      }
    >
  >;
};

/** Lathe's own options of a job with what each means and takes, from the API's description of itself. */
export async function readOptionSchemas(
  signal: AbortSignal,
): Promise<readonly (readonly [name: string, schema: OptionSchema])[]> {
  const { paths } = await ask<Document>('/v1/openapi.json', { signal });
  const body = paths['/v1/fine_tuning/jobs']?.post?.requestBody?.content['application/json'];
  return Object.entries(body?.schema.properties?.lathe?.properties ?? {});
}
