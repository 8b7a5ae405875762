import { failed, unsupported } from '../error.ts';
import { JsonNumber } from '../value/json-number.ts';
import { Dict, type Value } from '../value/value.ts';

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
      if (value instanceof JsonNumber)
        return value.isFloat ? Number(value.source) : BigInt(value.source);
      return new Dict(membersOf(value).map(([key, inner]) => [key, fromJson(inner)]));
    default:
      throw failed(`a template cannot be given a ${typeof value}`);
  }
}

function membersOf(object: object): [string, unknown][] {
  const members = Object.entries(object).filter(([, value]) => value !== undefined);
  // JavaScript puts keys that are indices first, whatever the order they were written in.
  const index = members.find(([key]) => /^(?:0|[1-9]\d*)$/.test(key) && Number(key) < 2 ** 32 - 1);
  if (index !== undefined && members.length > 1)
    throw unsupported(`an object with the key ${JSON.stringify(index[0])} beside others`);
  return members;
}
