import { failed } from './error.ts';
import { Dict, type Value } from './value.ts';

/** A value of JavaScript as a template sees it: whole numbers are ints, objects are dicts. */
export function fromJson(value: unknown): Value {
  if (value === null || value === undefined) return null;
  switch (typeof value) {
    case 'string':
    case 'boolean':
    case 'bigint':
      return value;
    case 'number':
      return Number.isInteger(value) && !Object.is(value, -0) ? BigInt(value) : value;
    case 'object':
      if (Array.isArray(value)) return value.map(fromJson);
      return new Dict(
        Object.entries(value)
          .filter(([, inner]) => inner !== undefined)
          .map(([key, inner]) => [key, fromJson(inner)]),
      );
    default:
      throw failed(`a template cannot be given a ${typeof value}`);
  }
}
