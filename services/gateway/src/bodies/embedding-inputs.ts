import { LatheError } from '@lathe/contracts/error';
import { mostInputs } from '@lathe/contracts/http/embedding';

export type Inputs = {
  readonly inputs: (string | number[])[];
  /** Whether the user sent a list: then faults name the place in it. */
  readonly isList: boolean;
};

/**
 * The inputs one by one; undefined for what is neither a text nor a list, which a schema says better. Throws
 * `invalid_value` that names the first one that is at fault. A list is looked at once: a schema would try each of its
 * kinds in turn and collect every fault.
 */
export function readInputs(
  input: unknown,
  { param, of }: { readonly param: string; readonly of: string },
): Inputs | undefined {
  if (typeof input === 'string') {
    requireSome(input, param, of);
    return { inputs: [input], isList: false };
  }
  if (!Array.isArray(input)) return undefined;
  requireSome(input, param, of);
  if (typeof input[0] === 'number') {
    requireTokens(input, param);
    return { inputs: [input], isList: false };
  }
  const areTexts = typeof input[0] === 'string';
  if (input.length > mostInputs)
    refuse(param, `it has ${input.length} inputs; at most ${mostInputs} are taken at a time`);
  for (const [index, part] of input.entries()) {
    const place = `${param}[${index}]`;
    if (!areTexts) requireTokens(part, place);
    else if (typeof part !== 'string') refuse(place, 'expected a text as the first one is');
    requireSome(part, place, of);
  }
  return { inputs: input, isList: true };
}

function requireTokens(value: unknown, param: string): void {
  if (!Array.isArray(value)) refuse(param, 'expected a text or a list of token ids');
  const wrong = value.findIndex((each) => !Number.isSafeInteger(each) || each < 0);
  if (wrong !== -1) refuse(`${param}[${wrong}]`, 'expected a token id, which is a whole number');
}

function requireSome(input: { readonly length: number }, param: string, of: string): void {
  if (input.length === 0) refuse(param, `it is empty; ${of} needs at least one token`);
}

function refuse(param: string, what: string): never {
  throw new LatheError('invalid_value', `Invalid value for '${param}': ${what}.`, { param });
}
