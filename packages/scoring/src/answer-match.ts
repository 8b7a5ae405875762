/** Whether an answer is the expected one but for blanks around it. */
export function exactMatch(gold: string, predicted: string): boolean {
  return gold.trim() === predicted.trim();
}

const number = /-?\$?(?:\d[\d,]*(?:\.\d+)?|\.\d+)/g;

/**
 * The number that an answer ends in: the one behind its last `####`, as in GSM8K, or else the last in the text; without thousands'
 * commas and dollar sign. Null when there is none.
 *
 * @example finalNumber('So he pays $1,200.50.\n#### 1,200.50'); // 1200.5
 */
export function finalNumber(text: string): number | null {
  const mark = text.lastIndexOf('####');
  const behind = mark === -1 ? undefined : text.slice(mark + 4).match(number)?.[0];
  const found = behind ?? text.match(number)?.at(-1);
  return found === undefined ? null : Number(found.replaceAll(/[$,]/g, ''));
}

/** Whether both end in the same number. */
export function numberMatch(gold: string, predicted: string): boolean {
  const wanted = finalNumber(gold);
  return wanted !== null && wanted === finalNumber(predicted);
}

export type JsonMatch = {
  /** The answer is JSON. */
  readonly valid: boolean;
  /** It has the expected fields, and each is of the kind (text, number, list, …) that is expected there. */
  readonly shape: boolean;
  /** It has the expected value, whatever the order of keys. */
  readonly equal: boolean;
  /** Share of the fields of both that are equal: a field is a value that is no object, by its path; a list is one. */
  readonly fields: number;
};

/**
 * Whether a text is a JSON object or list; a lone number or word is not meant as JSON.
 *
 * @example isStructure('{"a":1}'); // true
 */
export function isStructure(text: string): boolean {
  if (!/^\s*[[{]/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

/**
 * An answer in JSON against the expected one, which must be JSON: throws a SyntaxError otherwise.
 *
 * @example const { valid, fields } = jsonMatch('{"a":1,"b":2}', '{"b":2,"a":3}'); // true, 0.5
 */
export function jsonMatch(gold: string, predicted: string): JsonMatch {
  const wanted = fieldsOf(JSON.parse(gold));
  let given: Map<string, string>;
  try {
    given = fieldsOf(JSON.parse(predicted));
  } catch (error) {
    if (error instanceof SyntaxError)
      return { valid: false, shape: false, equal: false, fields: 0 };
    throw error;
  }
  const all = new Set([...wanted.keys(), ...given.keys()]);
  const same = [...all].filter((path) => wanted.get(path) === given.get(path)).length;
  return {
    valid: true,
    shape: [...all].every((path) => kindOf(wanted.get(path)) === kindOf(given.get(path))),
    equal: same === all.size,
    fields: all.size === 0 ? 1 : same / all.size,
  };
}

/** Each value that is no object, as canonical JSON by its path; an empty object is a value. */
function fieldsOf(value: unknown, path = '$'): Map<string, string> {
  if (!isObject(value) || Object.keys(value).length === 0)
    return new Map([[path, canonical(value)]]);
  return new Map(
    Object.entries(value).flatMap(([key, each]) => [
      ...fieldsOf(each, `${path}[${JSON.stringify(key)}]`),
    ]),
  );
}

/** What canonical JSON is, by its first letter: a text, a list, an object, a number, true or false, or null. */
function kindOf(json: string | undefined): string {
  const first = json?.[0] ?? '';
  if ('-0123456789'.includes(first)) return first === '' ? 'absent' : 'number';
  return first === 't' || first === 'f' ? 'boolean' : first;
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const keys = Object.keys(value).sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join()}}`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
