import { LatheError } from '@lathe/contracts/error';

/** The error for parameters that contradict each other or themselves. */
export function contradiction(param: string, message: string): LatheError {
  return new LatheError('invalid_value', message, { param });
}
