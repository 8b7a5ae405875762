import { canonical, isObject, type JsonObject } from './json.ts';
import { checkKeywords, ItemSchemaError } from './keywords.ts';

export { ItemSchemaError };

/** Whether a text holds what a pattern looks for. */
type Matcher = (text: string) => boolean;

/** Reads a pattern. Throws an error whose message goes on from the pattern's place: "has a look-behind at 3". */
export type ReadPattern = (pattern: string) => Matcher;

/** A part of a schema, with what is looked up in it made ready. */
export type SchemaPart = {
  readonly keywords: JsonObject;
  /** `enum` and `const`, as canonical texts. */
  readonly allowed: ReadonlySet<string> | undefined;
  readonly matches: Matcher | undefined;
  readonly patternProperties: readonly (readonly [Matcher, unknown])[];
};

/** A schema that is read: every part of it, by what it was read from. */
export type ItemSchema = {
  readonly root: unknown;
  readonly parts: ReadonlyMap<unknown, SchemaPart>;
  /** By `$ref`, the part that it means. */
  readonly references: ReadonlyMap<string, unknown>;
};

const inLists = ['allOf', 'anyOf', 'oneOf', 'prefixItems'];
const inObjects = [
  ...['properties', 'patternProperties', 'dependentSchemas', 'dependencies'],
  ...['$defs', 'definitions'],
];
const alone = [
  ...['items', 'additionalItems', 'contains', 'additionalProperties', 'propertyNames'],
  ...['not', 'if', 'then', 'else'],
];

/**
 * Reads a JSON Schema (draft 2020-12, and draft 7's `items`, `additionalItems` and `dependencies`) that values are to be checked against,
 * by `checkItem`. Throws ItemSchemaError that names the place of what no value can be checked for: a keyword with a wrong value, a `$ref`
 * out of the schema, `unevaluatedProperties`, and patterns that `readPattern` does not take.
 * @example
 * const schema = readItemSchema({ required: ['text'] }, (pattern) => (value) => value.startsWith(pattern));
 */
export function readItemSchema(root: unknown, readPattern: ReadPattern): ItemSchema {
  const parts = new Map<unknown, SchemaPart>();
  const references = new Map<string, unknown>();
  const matchers = new Map<string, Matcher>();
  const matcher = (pattern: string, path: string): Matcher => {
    const known = matchers.get(pattern);
    if (known !== undefined) return known;
    try {
      const read = readPattern(pattern);
      matchers.set(pattern, read);
      return read;
    } catch (error) {
      throw new ItemSchemaError(path, (error as Error).message);
    }
  };
  const read = (part: unknown, path: string): void => {
    if (!isObject(part) || parts.has(part)) return;
    checkKeywords(part, path);
    const at = (key: string | number) => (path === '' ? `${key}` : `${path}.${key}`);
    const { enum: listed, pattern, patternProperties = {} } = part;
    parts.set(part, {
      keywords: part,
      allowed: allowedBy(part, listed),
      matches: pattern === undefined ? undefined : matcher(pattern as string, at('pattern')),
      patternProperties: Object.entries(patternProperties as JsonObject).map(([key, value]) => [
        matcher(key, at(`patternProperties.${key}`)),
        value,
      ]),
    });
    for (const [key, value] of Object.entries(part)) {
      if (inLists.includes(key) || (key === 'items' && Array.isArray(value)))
        for (const [index, each] of (value as unknown[]).entries())
          read(each, at(`${key}.${index}`));
      else if (inObjects.includes(key))
        for (const [name, each] of Object.entries(value as JsonObject))
          read(each, at(`${key}.${name}`));
      else if (alone.includes(key)) read(value, at(key));
    }
    if (typeof part.$ref === 'string' && !references.has(part.$ref)) {
      const target = follow(root, part.$ref, at('$ref'));
      references.set(part.$ref, target);
      // It may lie where no keyword leads to.
      read(target, part.$ref);
    }
  };
  if (typeof root !== 'boolean' && !isObject(root))
    throw new ItemSchemaError('', 'must be an object, true or false');
  read(root, '');
  return { root, parts, references };
}

function allowedBy(part: JsonObject, listed: unknown): ReadonlySet<string> | undefined {
  const constant = 'const' in part ? canonical(part.const) : undefined;
  if (listed === undefined) return constant === undefined ? undefined : new Set([constant]);
  const all = new Set((listed as unknown[]).map(canonical));
  if (constant === undefined) return all;
  return new Set(all.has(constant) ? [constant] : []);
}

/** The part that `#` or a JSON pointer behind `#` means (RFC 6901). */
function follow(root: unknown, reference: string, path: string): unknown {
  const fail = (): never => {
    throw new ItemSchemaError(
      path,
      `names ${JSON.stringify(reference)}, which is not in the schema`,
    );
  };
  if (reference !== '#' && !reference.startsWith('#/')) fail();
  let at: unknown = root;
  for (const step of reference.split('/').slice(1)) {
    const key = decoded(step) ?? fail();
    if (Array.isArray(at) && /^\d+$/.test(key)) at = at[Number(key)];
    else if (isObject(at) && Object.hasOwn(at, key)) at = at[key];
    else fail();
  }
  return typeof at === 'boolean' || isObject(at) ? at : fail();
}

function decoded(step: string): string | undefined {
  try {
    return decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~');
  } catch {
    return undefined;
  }
}
