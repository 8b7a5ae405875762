import { ask } from '../api/client.ts';

/** A JSON schema, as far as a field of a form needs it. */
export type OptionSchema = {
  readonly description?: string;
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly const?: string;
  /** What holds where it is left out. */
  readonly default?: string | number | boolean;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, OptionSchema>>;
  readonly anyOf?: readonly OptionSchema[];
  readonly oneOf?: readonly OptionSchema[];
};

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

/** How an option is entered: by choosing, as a number, as yes or no, or as JSON. */
export function kindOf(schema: OptionSchema): 'choice' | 'number' | 'boolean' | 'json' {
  if (schema.enum !== undefined) return 'choice';
  if (schema.type === 'number' || schema.type === 'integer') return 'number';
  return schema.type === 'boolean' ? 'boolean' : 'json';
}

/** What an object may hold, in a line: its kinds, or its fields. */
export function insideOf(schema: OptionSchema): string {
  const kinds = (schema.oneOf ?? schema.anyOf ?? []).flatMap(
    ({ properties }) => properties?.type?.const ?? [],
  );
  if (kinds.length > 0) return `{"type": "${kinds.join('" or "')}", …}`;
  const fields = Object.keys(schema.properties ?? {});
  return fields.length > 0 ? `{${fields.map((name) => `"${name}"`).join(', ')}}` : 'JSON';
}
