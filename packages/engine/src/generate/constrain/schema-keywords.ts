import { z } from 'zod';
import { SchemaError } from './schema-error.ts';

const count = z.int().nonnegative();
const typeName = z.enum(['string', 'number', 'integer', 'boolean', 'null', 'object', 'array']);
export type TypeName = z.infer<typeof typeName>;
const json: z.ZodType<unknown> = z.unknown();
/** Kept as it is, not copied: a part is known again by its identity. */
const part = z.custom<boolean | object>(
  (value) => typeof value === 'boolean' || (typeof value === 'object' && value !== null),
  'must be a schema',
);

/** Schemas by name, as they are: a copy would lose one that is called `__proto__`. */
const parts = z
  .custom<Readonly<Record<string, boolean | object>>>(
    (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
    'must be an object of schemas',
  )
  .superRefine((value, context) => {
    for (const [name, inner] of Object.entries(value))
      if (!part.safeParse(inner).success)
        context.addIssue({ code: 'custom', message: 'must be a schema', path: [name] });
  });

/** Keywords that say nothing about which texts are valid. */
export const annotations: readonly string[] = [
  'title',
  'description',
  'default',
  'examples',
  'deprecated',
  'readOnly',
  'writeOnly',
  '$schema',
  '$id',
  '$comment',
];

/** Below this a float64 loses digits, and some machines take it for 0. */
const smallestStep = 1e-300;

const schemaSchema = z.strictObject({
  type: z.union([typeName, z.array(typeName).min(1)]).optional(),
  enum: z.array(json).min(1).optional(),
  const: json.optional(),
  anyOf: z.array(part).min(1).optional(),
  $ref: z.string().optional(),
  $defs: parts.optional(),
  definitions: parts.optional(),
  properties: parts.optional(),
  required: z.array(z.string()).optional(),
  additionalProperties: part.optional(),
  items: part.optional(),
  minItems: count.optional(),
  maxItems: count.optional(),
  minLength: count.optional(),
  maxLength: count.optional(),
  pattern: z.string().optional(),
  format: z.string().optional(),
  minimum: z.number().optional(),
  exclusiveMinimum: z.number().optional(),
  maximum: z.number().optional(),
  exclusiveMaximum: z.number().optional(),
  multipleOf: z.number().min(smallestStep).optional(),
  ...Object.fromEntries(annotations.map((name) => [name, json.optional()])),
});
/** The keywords of one schema; those within it are not read yet. */
export type Keywords = z.infer<typeof schemaSchema>;

const stringKeywords = ['pattern', 'format', 'minLength', 'maxLength'] as const;
const numberKeywords = [
  'minimum',
  'exclusiveMinimum',
  'maximum',
  'exclusiveMaximum',
  'multipleOf',
] as const;

/** Which types a keyword is about. */
export const keywordTypes: Readonly<Record<string, readonly TypeName[]>> = {
  properties: ['object'],
  required: ['object'],
  additionalProperties: ['object'],
  items: ['array'],
  minItems: ['array'],
  maxItems: ['array'],
  ...Object.fromEntries(stringKeywords.map((name) => [name, ['string']] as const)),
  ...Object.fromEntries(numberKeywords.map((name) => [name, ['number', 'integer']] as const)),
};

/** Reads the keywords of a schema. Throws SchemaError naming the place of one that is wrong or not supported. */
export function parseKeywords(value: unknown, path: string): Keywords {
  const parsed = schemaSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  if (issue.code === 'unrecognized_keys')
    throw new SchemaError(at(path, issue.keys[0]!), 'is a keyword that is not supported');
  throw new SchemaError(at(path, issue.path.join('.')), `is wrong: ${issue.message}`);
}

/** The path of a part within the part at another. */
export function at(path: string, key: string): string {
  return path === '' || key === '' ? path + key : `${path}.${key}`;
}

/** Throws SchemaError: the keywords that a schema has of these leave no value of a kind. */
export function refuseEmpty(
  schema: Keywords,
  path: string,
  { kind, of }: { readonly kind: string; readonly of: 'string' | 'number' },
): never {
  const names = of === 'string' ? stringKeywords : numberKeywords;
  const [first = '', ...others] = names.filter((name) => schema[name] !== undefined);
  const beside = others.map((name) => `${name} ${String(schema[name as keyof Keywords])}`);
  throw new SchemaError(
    at(path, first),
    `leaves no ${kind}${beside.length === 0 ? '' : ` together with ${beside.join(', ')}`}`,
  );
}
