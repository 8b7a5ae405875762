/** A JSON value's type, in the words of JSON Schema; a whole number is a `number` here. */
type JsonType = 'null' | 'boolean' | 'object' | 'array' | 'number' | 'string';

export type JsonObject = { readonly [key: string]: unknown };

/** Whether a value of JSON is an object. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The type of a value of JSON. */
export function typeOf(value: unknown): JsonType {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value as JsonType;
}

/** A text that two values share just where JSON Schema calls them equal: whatever the order of keys. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const keys = Object.keys(value).toSorted();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join()}}`;
}

/** A value in a sentence, cut where it is long. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

/** The parts of a number in decimal: mantissa × 10^exponent. */
function decimal(value: number): { readonly mantissa: bigint; readonly exponent: number } {
  const [digits = '', power = '0'] = value.toString().split('e');
  const [whole = '', fraction = ''] = digits.split('.');
  return { mantissa: BigInt(whole + fraction), exponent: Number(power) - fraction.length };
}

/** Whether a number is a multiple of another as both are written in decimal: 0.0075 is one of 0.0001. */
export function isMultiple(value: number, of: number): boolean {
  const [one, two] = [decimal(value), decimal(of)];
  const exponent = Math.min(one.exponent, two.exponent);
  const scaled = ({ mantissa, exponent: own }: typeof one) =>
    mantissa * 10n ** BigInt(own - exponent);
  return scaled(one) % scaled(two) === 0n;
}
