import { APIConnectionError, APIError, APIUserAbortError } from 'openai';
import { ZodError } from 'zod';
import type { ExitReason } from './exit-codes.ts';

/** A failure whose message is one sentence for the person at the terminal. */
export class CommandError extends Error {
  readonly reason: ExitReason;

  constructor(reason: ExitReason, message: string, options: ErrorOptions = {}) {
    super(message, options);
    this.name = 'CommandError';
    this.reason = reason;
  }
}

export type Failure = {
  readonly reason: ExitReason;
  readonly message: string;
  /** The API's own, where it answered. */
  readonly code: string | null;
  readonly param: string | null;
};

/** Whatever was thrown as a sentence and an exit status. Rethrows what is a fault of this program, which needs its stack. */
export function failureOf(error: unknown, url: string | undefined): Failure {
  const failure = (reason: ExitReason, message: string): Failure => ({
    ...{ reason, message, code: null, param: null },
  });
  if (error instanceof CommandError) return failure(error.reason, error.message);
  if (error instanceof APIUserAbortError) return failure('interrupted', 'Interrupted.');
  if (error instanceof APIConnectionError)
    return failure(
      'unreachable',
      `No Lathe answers at ${url ?? 'that address'}: is it running (lathe up), and is the address right (lathe profiles list)?`,
    );
  if (error instanceof APIError) {
    const message = (error.error as { message?: unknown } | undefined)?.message;
    if (typeof message !== 'string')
      return failure('failed', `${noLathe(url)} It answered with the status ${error.status}.`);
    const reason = error.status === 401 ? 'key' : 'failed';
    return { reason, message, code: error.code ?? null, param: error.param ?? null };
  }
  if (error instanceof ZodError) {
    const { path, message } = error.issues[0] ?? { path: [], message: 'unknown' };
    if (path.length === 0) return failure('failed', noLathe(url));
    return failure(
      'failed',
      `Lathe answered in a way that this command does not know (${path.join('.')}: ${message}): the two are of different versions.`,
    );
  }
  if (isSystemError(error)) return failure('failed', systemFault(error));
  throw error;
}

/** Of what answers, but not as a Lathe does, such as a page. */
function noLathe(url: string | undefined): string {
  return `What answers at ${url ?? 'that address'} is no Lathe: is the address right (lathe profiles list)?`;
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error;
}

/** `data.jsonl is not there` */
function systemFault(error: NodeJS.ErrnoException): string {
  const { code, path: file, message } = error;
  if (file === undefined) return message;
  if (code === 'ENOENT') return `${file} is not there.`;
  if (code === 'EACCES') return `${file} may not be opened by this user.`;
  if (code === 'EISDIR') return `${file} is a folder, not a file.`;
  return `${file}: ${message}`;
}
