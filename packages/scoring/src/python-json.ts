/** A JSON value with Python's two kinds of numbers: int is `bigint`, float is `number`. */
export type PythonValue =
  | null
  | boolean
  | string
  | bigint
  | number
  | readonly PythonValue[]
  | { readonly [key: string]: PythonValue };

/**
 * Reads JSON as Python does: `5.0` is no whole number there. Throws SyntaxError.
 *
 * @example readPythonJson('[1, 1.0]'); // [1n, 1]
 */
export function readPythonJson(text: string): PythonValue {
  const revive = (_: string, value: unknown, context?: { readonly source?: string }): unknown => {
    if (typeof value !== 'number') return value;
    const source = context?.source ?? String(value);
    return /[.eE]/.test(source) ? value : BigInt(source);
  };
  return JSON.parse(text, revive) as PythonValue;
}

/** Python's `==`: numbers by what they are, and true is 1. */
export function areEqual(one: PythonValue, other: PythonValue): boolean {
  if (isNumber(one) && isNumber(other)) {
    const [a, b] = [one, other].map((value) =>
      value === true ? 1n : value === false ? 0n : value,
    );
    // biome-ignore lint/suspicious/noDoubleEquals: an int and a float are equal when they are the same number.
    return a == b;
  }
  if (isList(one))
    return (
      isList(other) &&
      one.length === other.length &&
      one.every((item, i) => areEqual(item, other[i] as PythonValue))
    );
  if (!isDict(one)) return one === other;
  if (!isDict(other)) return false;
  const keys = Object.keys(one);
  return (
    keys.length === Object.keys(other).length &&
    keys.every(
      (key) =>
        Object.hasOwn(other, key) && areEqual(one[key] as PythonValue, other[key] as PythonValue),
    )
  );
}

export function isList(value: PythonValue): value is readonly PythonValue[] {
  return Array.isArray(value);
}

export function isDict(value: PythonValue): value is { readonly [key: string]: PythonValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isNumber(value: PythonValue): value is bigint | number | boolean {
  return typeof value === 'bigint' || typeof value === 'number' || typeof value === 'boolean';
}
