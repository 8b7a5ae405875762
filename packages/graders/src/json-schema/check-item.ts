import { canonical, isMultiple, isObject, type JsonObject, shown, typeOf } from './json.ts';
import type { ItemSchema, SchemaPart } from './read-schema.ts';

/** What is wrong with a value: the field, such as `item.stars` or `item.words[2]`, and a sentence's rest about it. */
type ItemFault = { readonly path: string; readonly message: string };

/** A value takes too long to check. */
export class ItemBudgetError extends Error {
  override readonly name = 'ItemBudgetError';
}

/** Parts of the schema that are held against parts of one value, and characters and values that are compared. */
const itemSteps = 2_000_000;
/** Parts of a schema in each other, so that checking does not use up the call stack. */
const mostDepth = 1000;

type Check = (value: unknown, part: SchemaPart, path: string) => ItemFault | undefined;

/**
 * The first thing in a value that does not fit a schema; undefined where all does. Throws ItemBudgetError for a value that takes more
 * than two million steps, or whose schema leads into itself without end.
 * @example
 * const schema = readItemSchema({ properties: { stars: { maximum: 5 } } }, () => () => true);
 * checkItem(schema, { stars: 7 }, 'item'); // { path: 'item.stars', message: 'is 7, which is more than 5' }
 */
export function checkItem(
  { root, parts, references }: ItemSchema,
  item: unknown,
  name: string,
): ItemFault | undefined {
  let left = itemSteps;
  let depth = 0;
  const spend = (steps: number): void => {
    left -= steps;
    if (left < 0) throw new ItemBudgetError(`takes more than ${itemSteps} steps to check`);
  };
  /** A value as text to compare, which costs its length. */
  const told = (value: unknown): string => {
    const text = canonical(value);
    spend(text.length);
    return text;
  };
  const check = (value: unknown, schema: unknown, path: string): ItemFault | undefined => {
    spend(1);
    if (schema === true) return undefined;
    if (schema === false) return { path, message: 'must not be there' };
    const part = parts.get(schema);
    if (part === undefined) throw new Error('every part of a schema is read');
    if (++depth > mostDepth)
      throw new ItemBudgetError(`leads through more than ${mostDepth} schemas in each other`);
    for (const each of checks) {
      const fault = each(value, part, path);
      if (fault !== undefined) {
        depth--;
        return fault;
      }
    }
    depth--;
    return undefined;
  };
  const fits = (value: unknown, schema: unknown, path: string): boolean =>
    check(value, schema, path) === undefined;

  const ofAny: Check = (value, { keywords, allowed }, path) => {
    const { type } = keywords;
    const fail = (message: string): ItemFault => ({ path, message });
    if (type !== undefined) {
      const types = [type].flat() as string[];
      if (!types.some((each) => isOf(each, value)))
        return fail(`is ${shown(value)}, which is not of type ${types.join(' or ')}`);
    }
    if (allowed !== undefined && !allowed.has(told(value)))
      return fail(`is ${shown(value)}, which is none of the values that are allowed`);
    return undefined;
  };
  const ofNumber: Check = (value, { keywords }, path) => {
    if (typeof value !== 'number') return undefined;
    const bound = (key: string, ok: (limit: number) => boolean, words: string) => {
      const limit = keywords[key] as number | undefined;
      return limit === undefined || ok(limit)
        ? undefined
        : { path, message: `is ${value}, which is ${words} ${limit}` };
    };
    return (
      bound('maximum', (limit) => value <= limit, 'more than') ??
      bound('exclusiveMaximum', (limit) => value < limit, 'not less than') ??
      bound('minimum', (limit) => value >= limit, 'less than') ??
      bound('exclusiveMinimum', (limit) => value > limit, 'not more than') ??
      bound('multipleOf', (limit) => isMultiple(value, limit), 'no multiple of')
    );
  };
  const ofText: Check = (value, { keywords, matches }, path) => {
    if (typeof value !== 'string') return undefined;
    const { minLength = 0, maxLength = Number.POSITIVE_INFINITY, pattern } = keywords;
    const fail = (message: string): ItemFault => ({
      path,
      message: `is ${shown(value)}, ${message}`,
    });
    spend(value.length);
    const { length } = [...value];
    if (length < (minLength as number)) return fail(`which has fewer than ${minLength} characters`);
    if (length > (maxLength as number)) return fail(`which has more than ${maxLength} characters`);
    if (matches !== undefined && !matches(value))
      return fail(`which does not match ${shown(pattern)}`);
    return undefined;
  };
  const ofList: Check = (value, { keywords }, path) => {
    if (!Array.isArray(value)) return undefined;
    const { items, prefixItems, contains, minContains = 1, maxContains = Infinity } = keywords;
    const { minItems = 0, maxItems = Number.POSITIVE_INFINITY } = keywords;
    const fail = (message: string): ItemFault => ({ path, message });
    if (value.length < (minItems as number)) return fail(`has fewer than ${minItems} items`);
    if (value.length > (maxItems as number)) return fail(`has more than ${maxItems} items`);
    const first = (Array.isArray(items) ? items : (prefixItems ?? [])) as unknown[];
    const rest = Array.isArray(items) ? keywords.additionalItems : items;
    for (const [index, each] of value.entries()) {
      const schema = index < first.length ? first[index] : rest;
      const fault = schema === undefined ? undefined : check(each, schema, `${path}[${index}]`);
      if (fault !== undefined) return fault;
    }
    if (keywords.uniqueItems === true && new Set(value.map(told)).size < value.length)
      return fail('has an item twice');
    if (contains === undefined) return undefined;
    const found = value.filter((each) => fits(each, contains, path)).length;
    if (found < (minContains as number))
      return fail(`has ${found} items that fit contains, and ${minContains} are needed`);
    if (found > (maxContains as number))
      return fail(`has ${found} items that fit contains, and at most ${maxContains} may`);
    return undefined;
  };
  const ofObject: Check = (value, { keywords, patternProperties }, path) => {
    if (!isObject(value)) return undefined;
    const { properties = {}, additionalProperties, propertyNames } = keywords;
    const at = (key: string) =>
      /^[\w-]+$/.test(key) ? `${path}.${key}` : `${path}[${shown(key)}]`;
    const fault = sizes(value, keywords, path) ?? dependents(value, keywords, path);
    if (fault !== undefined) return fault;
    for (const [key, each] of Object.entries(value)) {
      spend(1 + (patternProperties.length === 0 ? 0 : key.length * patternProperties.length));
      const schemas = patternProperties.filter(([matches]) => matches(key)).map(([, one]) => one);
      if (Object.hasOwn(properties as JsonObject, key))
        schemas.push((properties as JsonObject)[key]);
      else if (schemas.length === 0 && additionalProperties !== undefined) {
        if (additionalProperties === false)
          return { path: at(key), message: 'is no field that the schema names' };
        schemas.push(additionalProperties);
      }
      for (const schema of schemas) {
        const inside = check(each, schema, at(key));
        if (inside !== undefined) return inside;
      }
      if (propertyNames !== undefined && !fits(key, propertyNames, path))
        return { path: at(key), message: 'has a name that the schema does not allow' };
    }
    return undefined;
  };
  const dependents = (
    value: JsonObject,
    { dependentRequired = {}, dependentSchemas = {}, dependencies = {} }: JsonObject,
    path: string,
  ): ItemFault | undefined => {
    const all = [dependentRequired, dependentSchemas, dependencies] as JsonObject[];
    for (const [key, needs] of all.flatMap((each) => Object.entries(each))) {
      if (!Object.hasOwn(value, key)) continue;
      const fault = Array.isArray(needs)
        ? missing(value, needs as string[], path)
        : check(value, needs, path);
      if (fault !== undefined) return fault;
    }
    return undefined;
  };
  const combined: Check = (value, { keywords }, path) => {
    const { $ref, allOf = [], anyOf, oneOf, not, if: condition, then, else: otherwise } = keywords;
    const fail = (message: string): ItemFault => ({ path, message });
    const musts = [...($ref === undefined ? [] : [references.get($ref as string)])];
    for (const schema of [...musts, ...(allOf as unknown[])]) {
      const fault = check(value, schema, path);
      if (fault !== undefined) return fault;
    }
    if (anyOf !== undefined && !(anyOf as unknown[]).some((each) => fits(value, each, path)))
      return fail(`is ${shown(value)}, which fits none of anyOf`);
    if (oneOf !== undefined) {
      const fitting = (oneOf as unknown[]).filter((each) => fits(value, each, path)).length;
      if (fitting !== 1)
        return fail(`is ${shown(value)}, which fits ${fitting} of oneOf and must fit one`);
    }
    if (not !== undefined && fits(value, not, path))
      return fail(`is ${shown(value)}, which the schema says it must not be`);
    if (condition === undefined) return undefined;
    const chosen = fits(value, condition, path) ? then : otherwise;
    return chosen === undefined ? undefined : check(value, chosen, path);
  };
  const checks = [ofAny, ofNumber, ofText, ofList, ofObject, combined];
  return check(item, root, name);
}

function isOf(type: string, value: unknown): boolean {
  return type === 'integer' ? Number.isInteger(value) : typeOf(value) === type;
}

function missing(value: JsonObject, names: readonly string[], path: string): ItemFault | undefined {
  const name = names.find((each) => !Object.hasOwn(value, each));
  return name === undefined ? undefined : { path, message: `has no ${JSON.stringify(name)}` };
}

function sizes(value: JsonObject, keywords: JsonObject, path: string): ItemFault | undefined {
  const { required = [], minProperties = 0, maxProperties = Infinity } = keywords;
  const { length } = Object.keys(value);
  if (length < (minProperties as number))
    return { path, message: `has fewer than ${minProperties} fields` };
  if (length > (maxProperties as number))
    return { path, message: `has more than ${maxProperties} fields` };
  return missing(value, required as string[], path);
}
