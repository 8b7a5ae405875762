import { LatheError } from '@lathe/contracts/error';
import { mostInputs } from '@lathe/contracts/http/embedding';

export type Inputs = {
  readonly inputs: (string | number[])[];
  /** Whether the user sent a list: then faults name the place in it. */
  readonly isList: boolean;
};

/**
 * The inputs one by one; undefined where they are of no kind that is known, which a schema says better. Throws
 * `invalid_value` that names the one that is empty. A list is looked at once: a schema would try each of its kinds in
 * turn and collect every fault.
 */
export function readInputs(input: unknown): Inputs | undefined {
  if (typeof input === 'string') {
    requireSome(input, 'input');
    return { inputs: [input], isList: false };
  }
  if (!Array.isArray(input)) return undefined;
  requireSome(input, 'input');
  if (isTokens(input)) return { inputs: [input], isList: false };
  const known = typeof input[0] === 'string' ? isText : isTokens;
  if (!known(input[0])) return undefined;
  if (input.length > mostInputs)
    refuse('input', `it has ${input.length} inputs; at most ${mostInputs} are taken at a time`);
  for (const [index, part] of input.entries()) {
    if (!known(part)) return undefined;
    requireSome(part, `input[${index}]`);
  }
  return { inputs: input, isList: true };
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isTokens(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((each) => Number.isSafeInteger(each) && each >= 0);
}

function requireSome(input: { readonly length: number }, param: string): void {
  if (input.length === 0) refuse(param, 'it is empty; an embedding needs at least one token');
}

function refuse(param: string, what: string): never {
  throw new LatheError('invalid_value', `Invalid value for '${param}': ${what}.`, { param });
}
