import { LatheError } from '@lathe/contracts/error';

/** The error of a job whose file cannot be read, such as `The file is cut short.` */
export function refusal(param: string, what: string, cause?: unknown): LatheError {
  return new LatheError('invalid_file_format', `The file ${what}.`, { param, cause });
}
