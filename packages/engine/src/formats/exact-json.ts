import { readFile } from 'node:fs/promises';

/** ECMAScript's source text access, which TypeScript does not declare yet. */
const exact = JSON as unknown as {
  parse(
    text: string,
    reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
  ): unknown;
  rawJSON(source: string): unknown;
};

/**
 * A JSON object of a file whose numbers `JSON.stringify` writes as they stood: Python tells 2.0 from 2, and strict
 * readers of config.json refuse one for the other. Such numbers are opaque; read them elsewhere.
 */
export async function readExactJson(file: string): Promise<Record<string, unknown>> {
  const text = await readFile(file, 'utf8');
  return exact.parse(text, (_, value, { source }) =>
    typeof value === 'number' && source !== undefined && source !== String(value)
      ? exact.rawJSON(source)
      : value,
  ) as Record<string, unknown>;
}
