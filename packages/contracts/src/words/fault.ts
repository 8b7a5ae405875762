import type { z } from 'zod';

/** The words of the schemas' library for what JSON calls otherwise. */
const plainer: readonly (readonly [RegExp, string])[] = [
  [/^Invalid (input|option|string|number): /, ''],
  [/^expected record\b/, 'expected object'],
  [/^expected int, received number$/, 'expected a whole number'],
  [/^expected number, received NaN$/, 'expected a number'],
  [/^expected \w+, received undefined$/, 'it is missing'],
];

/**
 * What is wrong with a value that a schema refused, in words that name no part of a schema.
 * @example faultText({ code: 'custom', path: [], message: 'Invalid input: expected record, received string' }); // "expected object, received string"
 */
export function faultText(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_key' && issue.issues[0] !== undefined)
    return `its key is wrong: ${faultText(issue.issues[0])}`;
  return plainer.reduce((words, [from, to]) => words.replace(from, to), issue.message);
}
