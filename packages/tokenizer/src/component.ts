import { z } from 'zod';
import { TokenizerError } from './error.ts';

/** A part of tokenizer.json that says by `type` what it is: a normalizer, a pre-tokenizer, … */
export type Component = { type: string; [key: string]: unknown };
export const componentSchema: z.ZodType<Component> = z.looseObject({ type: z.string() });

/** A component and where it stands, such as `pre_tokenizer.pretokenizers.1`. */
export type Located = { component: Component; path: string };

/** Checks `value` against a schema; the error names the file and the field below `path`. */
export function parseField<T>(
  source: string,
  schema: z.ZodType<T>,
  value: unknown,
  path: string,
): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const field = [path, ...(issue?.path ?? [])].filter((part) => part !== '').join('.');
  throw new TokenizerError(source, `${field}: ${issue?.message ?? 'is invalid'}`);
}

/** The steps of a component in order: those of a `Sequence`, however deep, or the component itself. */
export function flattenSequence(
  source: string,
  node: Component | null | undefined,
  path: string,
  listKey: string,
): Located[] {
  if (node === null || node === undefined) return [];
  if (node.type !== 'Sequence') return [{ component: node, path }];
  const list = parseField(source, z.array(componentSchema), node[listKey], `${path}.${listKey}`);
  return list.flatMap((inner, i) =>
    flattenSequence(source, inner, `${path}.${listKey}.${i}`, listKey),
  );
}

/** Throws the error for a component that is not supported, by name and with its place in the file. */
export function refuseComponent(source: string, located: Located, detail = ''): never {
  throw new TokenizerError(
    source,
    `${located.path} "${located.component.type}"${detail} is not supported`,
  );
}

/** A `pattern` field: a string as it stands, or a regular expression in Oniguruma syntax. */
export const patternSchema = z.union([
  z.strictObject({ Regex: z.string() }),
  z.strictObject({ String: z.string() }),
]);
/** The `Replace` of normalizers and decoders. */
export const replaceSchema = z.looseObject({ pattern: patternSchema, content: z.string() });
/** The `Metaspace` of pre-tokenizers and decoders; `add_prefix_space` is what older files say. */
export const metaspaceSchema = z.looseObject({
  replacement: z.string().min(1).default('▁'),
  prepend_scheme: z.enum(['always', 'first', 'never']).nullish(),
  add_prefix_space: z.boolean().nullish(),
  split: z.boolean().nullish(),
});
