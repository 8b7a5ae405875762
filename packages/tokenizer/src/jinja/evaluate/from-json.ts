import { failed, unsupported } from '../error.ts';
import { JsonNumber } from '../value/json-number.ts';
import { Dict, Said, type Value } from '../value/value.ts';

/** A value of JavaScript as a template sees it: whole numbers are ints, objects are dicts. */
export function fromJson(value: unknown): Value {
  if (value === null || value === undefined) return null;
  switch (typeof value) {
    case 'string':
    case 'boolean':
    case 'bigint':
      return value;
    case 'number':
      if (!Number.isInteger(value) || Object.is(value, -0)) return value;
      // Python would still know whether it was written as 1e20 or with all its digits.
      if (!Number.isSafeInteger(value))
        throw unsupported(`the whole number ${value}, beyond 2^53,`);
      return BigInt(value);
    case 'object':
      if (Array.isArray(value)) return value.map(fromJson);
      if (value instanceof Said) return value;
      if (value instanceof JsonNumber)
        return value.isFloat ? Number(value.source) : BigInt(value.source);
      return dictOf(value);
    default:
      throw failed(`a template cannot be given a ${typeof value}`);
  }
}

function dictOf(object: object): Dict {
  const memberOf = (key: string): unknown => (object as Readonly<Record<string, unknown>>)[key];
  const keys = Object.keys(object);
  // JavaScript puts keys that are indices first, whatever the order they were written in.
  const index = keys.find((key) => isIndex(key) && memberOf(key) !== undefined);
  if (index !== undefined && keys.filter((key) => memberOf(key) !== undefined).length > 1)
    throw unsupported(`an object with the key ${JSON.stringify(index)} beside others`);
  const members = new Dict();
  for (const key of keys) {
    const value = memberOf(key);
    if (value !== undefined) members.set(key, fromJson(value));
  }
  return members;
}

function isIndex(key: string): boolean {
  return /^(?:0|[1-9]\d*)$/.test(key) && Number(key) < 2 ** 32 - 1;
}
