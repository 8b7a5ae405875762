import { type AutomatonLimits, automatonLimits } from './automaton.ts';
import { boundedNumber } from './bounded-number.ts';
import type { Schema, SchemaNode } from './schema.ts';
import { endlessNodes } from './schema-ends.ts';
import { SchemaError } from './schema-error.ts';
import {
  annotations,
  at,
  type Keywords,
  keywordTypes,
  parseKeywords,
  refuseEmpty,
  type TypeName,
} from './schema-keywords.ts';
import { checkAlternatives } from './schema-limits.ts';
import { readText, type StringReader } from './string-schema.ts';

const everyType: readonly TypeName[] = ['object', 'array', 'string', 'number', 'boolean', 'null'];
/** Parts of a schema, so that it stays a small machine. */
const mostNodes = 5000;
/** Schemas in each other, so that reading them does not use up the call stack. */
const deepestPart = 100;

/**
 * Reads a JSON Schema (draft 2020-12) of which every keyword can be kept to: types, enum, const, anyOf, $ref into
 * $defs, properties with required, items with their number, pattern, format and length of strings, and bounds and
 * multipleOf of numbers. Objects get the properties that are named, in that order. Throws SchemaError naming the
 * place of anything else, of a part that allows no value, and of one beyond the limits.
 * @example const schema = readJsonSchema({ type: 'object', properties: { city: { type: 'string' } } });
 */
export function readJsonSchema(root: unknown, limits: AutomatonLimits = automatonLimits): Schema {
  const nodes: (SchemaNode | undefined)[] = [];
  const known = new Map<unknown, number>();
  const paths = new Map<number, string>();
  const strings: StringReader = { budget: { ...limits }, automata: new Map() };
  let depth = 0;
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
    paths.set(place, path);
    if (++depth > deepestPart)
      throw new SchemaError('', `has more than ${deepestPart} schemas in each other`);
    nodes[place] = { kind: 'anyOf', options: [read(parseKeywords(value, path), path)] };
    depth--;
    return place;
  };

  const read = (schema: Keywords, path: string): number => {
    const { $ref, anyOf, type } = schema;
    if ($ref !== undefined) return follow($ref, schema, path);
    const asserted = Object.keys(schema).filter((key) => keywordTypes[key] !== undefined);
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
    const stray = asserted.find((key) => !keywordTypes[key]!.some((type) => types.includes(type)));
    if (stray !== undefined)
      throw new SchemaError(at(path, stray), `is not about the type ${types.join(' or ')}`);
    const options = types.map((each) => ofType(each, schema, path));
    return options.length === 1 ? options[0]! : add({ kind: 'anyOf', options });
  };

  const ofType = (type: TypeName, schema: Keywords, path: string): number => {
    switch (type) {
      case 'boolean':
        return add({ kind: 'literal', texts: ['true', 'false'] });
      case 'null':
        return add({ kind: 'literal', texts: ['null'] });
      case 'string':
        return add({ kind: 'string', text: readText(schema, path, strings) });
      case 'array': {
        const { minItems = 0, maxItems = Number.POSITIVE_INFINITY } = schema;
        requireOrder(minItems, maxItems, at(path, 'minItems'));
        const items = ofPart(schema.items ?? true, at(path, 'items'));
        return add({ kind: 'array', items, minItems, maxItems });
      }
      case 'object':
        return object(schema, path);
      default:
        return add(number(schema, type === 'integer', path));
    }
  };

  const object = (schema: Keywords, path: string): number => {
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
  const follow = (reference: string, schema: Keywords, path: string): number => {
    const beside = Object.keys(schema).find(
      (key) => !['$ref', '$defs', 'definitions', ...annotations].includes(key),
    );
    if (beside !== undefined)
      throw new SchemaError(at(path, beside), 'is not supported beside $ref');
    if (reference === '#') return ofPart(root, '');
    const name = /^#\/(?:\$defs|definitions)\/([^/]+)$/.exec(reference)?.[1];
    const text = name?.replaceAll('~1', '/').replaceAll('~0', '~');
    const { $defs = {}, definitions = {} } = parseKeywords(root, '');
    const defined = { ...definitions, ...$defs };
    if (text === undefined || !Object.hasOwn(defined, text))
      throw new SchemaError(at(path, '$ref'), `names "${reference}", which is not in $defs`);
    return ofPart(defined[text], `$defs.${text}`);
  };

  const schema: Schema = { root: ofPart(root, ''), nodes: nodes as SchemaNode[] };
  checkAlternatives(schema.nodes, paths);
  const endless = endlessNodes(schema.nodes).findLast((place) => paths.has(place));
  if (endless !== undefined)
    throw new SchemaError(paths.get(endless)!, 'needs itself again within itself, without end');
  return schema;
}

/** Throws SchemaError when no number is within the bounds. */
function number(schema: Keywords, isInteger: boolean, path: string): SchemaNode {
  const { minimum, exclusiveMinimum, maximum, exclusiveMaximum, multipleOf } = schema;
  const bounds = { minimum, exclusiveMinimum, maximum, exclusiveMaximum, multipleOf };
  if (Object.values(bounds).every((bound) => bound === undefined))
    return { kind: 'number', isInteger };
  if (!boundedNumber({ ...bounds, isInteger }).isPossible) {
    const kind = isInteger ? 'whole number within ±(2^53 − 1)' : 'number of at most 15 digits';
    refuseEmpty(schema, path, { kind, of: 'number' });
  }
  return { kind: 'number', isInteger, bounds: { ...bounds, isInteger } };
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
