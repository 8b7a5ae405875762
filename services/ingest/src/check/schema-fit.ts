import { isObject, quoted } from './validate-message.ts';

/** Schemas in each other that are looked at. */
const deepest = 64;

const typeTests: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: (value) => typeof value === 'string',
  number: (value) => typeof value === 'number',
  integer: Number.isInteger,
  boolean: (value) => typeof value === 'boolean',
  null: (value) => value === null,
  array: Array.isArray,
  object: isObject,
};

/**
 * Why a value does not fit a JSON Schema, as a clause; undefined where it does. What is looked at is what tools are
 * described with: types, enum, const, required, properties, additionalProperties, items, bounds of numbers and lengths,
 * anyOf, oneOf, allOf and $ref into the schema itself. Other keywords, and types by other names, say nothing.
 */
export function misfit(root: unknown, value: unknown): string | undefined {
  return check({ root, depth: 0 }, root, { value, path: '' });
}

type Within = { readonly root: unknown; readonly depth: number };
type Place = { readonly value: unknown; readonly path: string };

function check(within: Within, schema: unknown, { value, path }: Place): string | undefined {
  if (!isObject(schema) || within.depth > deepest) return undefined;
  const inner = { ...within, depth: within.depth + 1 };
  const what = path === '' ? 'the whole' : path;
  if (typeof schema.$ref === 'string')
    return check(inner, referred(within.root, schema.$ref), { value, path });
  if (schema.nullable === true && value === null) return undefined;
  const types = [schema.type ?? []].flat().filter((type) => typeof type === 'string');
  const tests = types.map((type) => typeTests[type]);
  if (tests.length > 0 && !tests.some((test) => test === undefined || test(value)))
    return path === ''
      ? `they are not of the type ${types.join(' or ')}`
      : `${path} is not of the type ${types.join(' or ')}`;
  if (Array.isArray(schema.enum) && !schema.enum.some((each) => isSame(each, value)))
    return `${what} is not one of ${short(schema.enum)}`;
  if ('const' in schema && !isSame(schema.const, value))
    return `${what} is not ${short(schema.const)}`;
  for (const key of ['anyOf', 'oneOf'] as const) {
    const options = schema[key];
    if (!Array.isArray(options) || options.length === 0) continue;
    if (options.every((option) => check(inner, option, { value, path }) !== undefined))
      return `${what} fits nothing of ${key}`;
  }
  for (const each of Array.isArray(schema.allOf) ? schema.allOf : []) {
    const found = check(inner, each, { value, path });
    if (found !== undefined) return found;
  }
  if (typeof value === 'number') return checkNumber(schema, value, what);
  if (typeof value === 'string') return checkSize(schema, [...value].length, [what, 'Length']);
  if (Array.isArray(value)) {
    for (const [i, item] of value.entries()) {
      const found = check(inner, schema.items, { value: item, path: `${path}[${i}]` });
      if (found !== undefined) return found;
    }
    return checkSize(schema, value.length, [what, 'Items']);
  }
  return isObject(value) ? checkObject(inner, schema, { value, path }) : undefined;
}

function checkObject(
  within: Within,
  schema: Record<string, unknown>,
  { value, path }: { readonly value: Record<string, unknown>; readonly path: string },
): string | undefined {
  const properties = isObject(schema.properties) ? schema.properties : {};
  const at = (key: string) => (path === '' ? key : `${path}.${key}`);
  const required = Array.isArray(schema.required) ? (schema.required as unknown[]) : [];
  for (const key of required)
    if (typeof key === 'string' && !Object.hasOwn(value, key)) return `${at(key)} is missing`;
  for (const [key, each] of Object.entries(value)) {
    if (!Object.hasOwn(properties, key)) {
      if (schema.additionalProperties === false)
        return `${quoted(at(key))} is not one of the parameters`;
      const found = check(within, schema.additionalProperties, { value: each, path: at(key) });
      if (found !== undefined) return found;
      continue;
    }
    const found = check(within, properties[key], { value: each, path: at(key) });
    if (found !== undefined) return found;
  }
  return undefined;
}

function checkNumber(
  schema: Record<string, unknown>,
  value: number,
  what: string,
): string | undefined {
  const { minimum, maximum, exclusiveMinimum: above, exclusiveMaximum: below } = schema;
  if (typeof minimum === 'number' && value < minimum) return `${what} is less than ${minimum}`;
  if (typeof maximum === 'number' && value > maximum) return `${what} is more than ${maximum}`;
  if (typeof above === 'number' && value <= above) return `${what} is not more than ${above}`;
  if (typeof below === 'number' && value >= below) return `${what} is not less than ${below}`;
  return undefined;
}

function checkSize(
  schema: Record<string, unknown>,
  size: number,
  [what, of]: readonly [what: string, of: 'Length' | 'Items'],
): string | undefined {
  const [least, most] = [schema[`min${of}`], schema[`max${of}`]];
  if (typeof least === 'number' && size < least) return `${what} is shorter than min${of} ${least}`;
  if (typeof most === 'number' && size > most) return `${what} is longer than max${of} ${most}`;
  return undefined;
}

/** `#` and `#/a/b`, within the schema. */
function referred(root: unknown, reference: string): unknown {
  if (!reference.startsWith('#')) return undefined;
  let found = root;
  for (const part of reference.slice(1).split('/').slice(1)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
    if (!isObject(found) || !Object.hasOwn(found, key)) return undefined;
    found = found[key];
  }
  return found;
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function short(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
