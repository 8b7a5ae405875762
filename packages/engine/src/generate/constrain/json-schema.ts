import { z } from 'zod';

/** What a JSON text may be, as alternatives that name each other by their place in `Schema.nodes`. */
export type SchemaNode =
  | { readonly kind: 'string'; readonly minLength: number; readonly maxLength: number }
  | { readonly kind: 'number'; readonly isInteger: boolean }
  /** One of these JSON texts. */
  | { readonly kind: 'literal'; readonly texts: readonly string[] }
  | { readonly kind: 'object'; readonly properties: readonly Property[] }
  /** An object with any keys. */
  | { readonly kind: 'map'; readonly values: number }
  | {
      readonly kind: 'array';
      readonly items: number;
      readonly minItems: number;
      readonly maxItems: number;
    }
  | { readonly kind: 'anyOf'; readonly options: readonly number[] };

export type Property = { readonly key: string; readonly value: number; readonly required: boolean };

export type Schema = { readonly nodes: readonly SchemaNode[]; readonly root: number };

/** A schema that answers cannot be held to; `path` is where in it, such as `properties.age.minimum`. */
export class SchemaError extends Error {
  readonly path: string;

  constructor(path: string, reason: string) {
    super(`${path === '' ? 'the schema' : path} ${reason}`);
    this.name = 'SchemaError';
    this.path = path;
  }
}

const count = z.int().nonnegative();
const typeName = z.enum(['string', 'number', 'integer', 'boolean', 'null', 'object', 'array']);
type TypeName = z.infer<typeof typeName>;
const json: z.ZodType<unknown> = z.unknown();
/** Kept as it is, not copied: a part is known again by its identity. */
const part = z.custom<boolean | object>(
  (value) => typeof value === 'boolean' || (typeof value === 'object' && value !== null),
  'must be a schema',
);

/** Keywords that say nothing about which texts are valid. */
const annotations = [
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

const schemaSchema = z.strictObject({
  type: z.union([typeName, z.array(typeName).min(1)]).optional(),
  enum: z.array(json).min(1).optional(),
  const: json.optional(),
  anyOf: z.array(part).min(1).optional(),
  $ref: z.string().optional(),
  $defs: z.record(z.string(), part).optional(),
  definitions: z.record(z.string(), part).optional(),
  properties: z.record(z.string(), part).optional(),
  required: z.array(z.string()).optional(),
  additionalProperties: part.optional(),
  items: part.optional(),
  minItems: count.optional(),
  maxItems: count.optional(),
  minLength: count.optional(),
  maxLength: count.optional(),
  ...Object.fromEntries(annotations.map((name) => [name, json.optional()])),
});
type Parsed = z.infer<typeof schemaSchema>;

/** Which types a keyword is about. */
const keywordsOf: Readonly<Record<string, TypeName>> = {
  properties: 'object',
  required: 'object',
  additionalProperties: 'object',
  items: 'array',
  minItems: 'array',
  maxItems: 'array',
  minLength: 'string',
  maxLength: 'string',
};
const everyType: readonly TypeName[] = ['object', 'array', 'string', 'number', 'boolean', 'null'];
/** Texts that a schema may list in all its enumerations together, so that it stays a small machine. */
const mostNodes = 5000;

/**
 * Reads a JSON Schema (draft 2020-12) of which every keyword can be kept to: types, enum, const, anyOf, $ref into
 * $defs, properties with required, items with their number, and the length of strings. Objects get
 * the properties that are named, in that order. Throws SchemaError naming the place of anything else.
 */
export function readJsonSchema(root: unknown): Schema {
  const nodes: (SchemaNode | undefined)[] = [];
  const known = new Map<unknown, number>();
  const add = (node?: SchemaNode): number => {
    if (nodes.length >= mostNodes) throw new SchemaError('', `has more than ${mostNodes} parts`);
    return nodes.push(node) - 1;
  };
  let anything: number | undefined;

  /** Any JSON value at all. */
  const any = (): number => {
    if (anything !== undefined) return anything;
    const place = add();
    anything = place;
    const options = everyType.map((type) => ofType(type, {}, ''));
    nodes[place] = { kind: 'anyOf', options };
    return place;
  };

  const ofPart = (value: unknown, path: string): number => {
    if (value === true) return any();
    if (value === false) throw new SchemaError(path, 'is false: no value is valid');
    const before = known.get(value);
    if (before !== undefined) return before;
    const place = add();
    known.set(value, place);
    nodes[place] = { kind: 'anyOf', options: [read(parse(value, path), path)] };
    return place;
  };

  const read = (schema: Parsed, path: string): number => {
    const { $ref, anyOf, type } = schema;
    if ($ref !== undefined) return follow($ref, schema, path);
    const asserted = Object.keys(schema).filter((key) => keywordsOf[key] !== undefined);
    const types = type === undefined ? undefined : [type].flat();
    if (anyOf !== undefined) {
      const other = [...asserted, ...['type', 'enum', 'const'].filter((key) => key in schema)][0];
      if (other !== undefined)
        throw new SchemaError(at(path, other), 'is not supported beside anyOf');
      const options = anyOf.map((option, i) => ofPart(option, at(path, `anyOf[${i}]`)));
      return add({ kind: 'anyOf', options });
    }
    const listed = 'const' in schema ? [schema.const] : schema.enum;
    if (listed !== undefined) {
      if (asserted[0] !== undefined)
        throw new SchemaError(at(path, asserted[0]), 'is not supported beside enum and const');
      return literal(listed, types, path);
    }
    if (types === undefined) {
      if (asserted[0] === undefined) return any();
      throw new SchemaError(path, `has ${asserted[0]} but no type`);
    }
    const stray = asserted.find((key) => !types.includes(keywordsOf[key]!));
    if (stray !== undefined)
      throw new SchemaError(at(path, stray), `is not about the type ${types.join(' or ')}`);
    const options = types.map((each) => ofType(each, schema, path));
    return options.length === 1 ? options[0]! : add({ kind: 'anyOf', options });
  };

  const ofType = (type: TypeName, schema: Parsed, path: string): number => {
    switch (type) {
      case 'boolean':
        return add({ kind: 'literal', texts: ['true', 'false'] });
      case 'null':
        return add({ kind: 'literal', texts: ['null'] });
      case 'string': {
        const { minLength = 0, maxLength = Number.POSITIVE_INFINITY } = schema;
        requireOrder(minLength, maxLength, at(path, 'minLength'));
        return add({ kind: 'string', minLength, maxLength });
      }
      case 'array': {
        const { minItems = 0, maxItems = Number.POSITIVE_INFINITY } = schema;
        requireOrder(minItems, maxItems, at(path, 'minItems'));
        const items = ofPart(schema.items ?? true, at(path, 'items'));
        return add({ kind: 'array', items, minItems, maxItems });
      }
      case 'object':
        return object(schema, path);
      default:
        return add({ kind: 'number', isInteger: type === 'integer' });
    }
  };

  const object = (schema: Parsed, path: string): number => {
    const { properties = {}, required = [], additionalProperties = true } = schema;
    const missing = required.find((key) => !Object.hasOwn(properties, key));
    if (missing !== undefined)
      throw new SchemaError(at(path, 'required'), `names "${missing}", which is not a property`);
    const entries = Object.entries(properties);
    if (entries.length === 0 && additionalProperties !== false)
      return add({
        kind: 'map',
        values: ofPart(additionalProperties, at(path, 'additionalProperties')),
      });
    return add({
      kind: 'object',
      properties: entries.map(([key, value]) => ({
        key,
        value: ofPart(value, at(path, `properties.${key}`)),
        required: required.includes(key),
      })),
    });
  };

  const literal = (
    values: readonly unknown[],
    types: readonly TypeName[] | undefined,
    path: string,
  ) => {
    const fitting = values.filter(
      (value) => types === undefined || types.some((type) => isOf(type, value)),
    );
    if (fitting.length === 0) throw new SchemaError(path, 'allows no value of its type');
    return add({
      kind: 'literal',
      texts: [...new Set(fitting.map((value) => JSON.stringify(value)))],
    });
  };

  /** `#`, `#/$defs/name` and `#/definitions/name`; annotations may stand beside it. */
  const follow = (reference: string, schema: Parsed, path: string): number => {
    const beside = Object.keys(schema).find(
      (key) => !['$ref', '$defs', 'definitions', ...annotations].includes(key),
    );
    if (beside !== undefined)
      throw new SchemaError(at(path, beside), 'is not supported beside $ref');
    if (reference === '#') return ofPart(root, '');
    const name = /^#\/(?:\$defs|definitions)\/([^/]+)$/.exec(reference)?.[1];
    const text = name?.replaceAll('~1', '/').replaceAll('~0', '~');
    const { $defs = {}, definitions = {} } = parse(root, '');
    const defined = { ...definitions, ...$defs };
    if (text === undefined || !Object.hasOwn(defined, text))
      throw new SchemaError(at(path, '$ref'), `names "${reference}", which is not in $defs`);
    return ofPart(defined[text], `$defs.${text}`);
  };

  const place = ofPart(root, '');
  return { nodes: nodes as SchemaNode[], root: place };
}

function parse(value: unknown, path: string): Parsed {
  const parsed = schemaSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  if (issue.code === 'unrecognized_keys')
    throw new SchemaError(at(path, issue.keys[0]!), 'is a keyword that is not supported');
  throw new SchemaError(at(path, issue.path.join('.')), `is wrong: ${issue.message}`);
}

function at(path: string, key: string): string {
  return path === '' || key === '' ? path + key : `${path}.${key}`;
}

function requireOrder(least: number, most: number, path: string): void {
  if (least > most) throw new SchemaError(path, 'is more than the largest allowed');
}

function isOf(type: TypeName, value: unknown): boolean {
  if (value === null) return type === 'null';
  if (Array.isArray(value)) return type === 'array';
  if (type === 'integer') return Number.isInteger(value);
  return typeof value === type;
}

/** Any JSON object: what `json_object` asks for. */
export const anyObject: Schema = readJsonSchema({ type: 'object' });
