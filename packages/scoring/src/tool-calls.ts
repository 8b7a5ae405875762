import { areEqual, isDict, type PythonValue, readPythonJson } from './python-json.ts';

/** A call of a tool; `arguments` is the text of a JSON object. */
export type Call = { readonly name: string; readonly arguments: string };

/** `unwanted call`: a text was expected. */
export type CallOutcome = 'right' | 'no call' | 'wrong name' | 'wrong arguments' | 'unwanted call';

/**
 * The calls of an answer against the expected ones, in whatever order: the same names as often, then for each a call with
 * equal arguments, whatever the order of their keys; 1 and 1.0 are equal, and so are arguments that are no JSON alike.
 *
 * @example judgeCalls([{ name: 'f', arguments: '{"a":1}' }], [{ name: 'f', arguments: '{"a": 2}' }]); // 'wrong arguments'
 */
export function judgeCalls(expected: readonly Call[], given: readonly Call[]): CallOutcome {
  if (expected.length === 0) return given.length === 0 ? 'right' : 'unwanted call';
  if (given.length === 0) return 'no call';
  if (namesOf(expected) !== namesOf(given)) return 'wrong name';
  const left = given.map((call) => ({ name: call.name, value: argumentsOf(call) }));
  for (const call of expected) {
    const wanted = argumentsOf(call);
    const at = left.findIndex(({ name, value }) => name === call.name && areEqual(value, wanted));
    if (at < 0) return 'wrong arguments';
    left.splice(at, 1);
  }
  return 'right';
}

function namesOf(calls: readonly Call[]): string {
  return JSON.stringify(calls.map(({ name }) => name).sort());
}

/** The object of a call's arguments, or its text where that is none. */
export function argumentsOf({ arguments: text }: Call): PythonValue {
  try {
    const value = readPythonJson(text);
    return isDict(value) ? value : text;
  } catch (error) {
    if (error instanceof SyntaxError) return text;
    throw error;
  }
}
