import { fromSentError, LatheError, type SentError, toSentError } from '@lathe/contracts/error';

/** A task on its way into a thread; that the thread is up; and what came of a task on its way back. */
export type ToThread = { readonly id: number; readonly task: unknown };
export type FromThread =
  | { readonly isUp: true }
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: ThreadError };

/** An error as it crosses from thread to thread, which keeps no classes. */
export type ThreadError =
  | { readonly sent: SentError; readonly cause: string | null }
  | { readonly name: string; readonly message: string; readonly stack: string };

/** Takes an error apart. */
export function packError(error: unknown): ThreadError {
  if (error instanceof LatheError) {
    const { cause } = error;
    const told = cause instanceof Error ? (cause.stack ?? cause.message) : null;
    return { sent: toSentError(error, 'working in a thread'), cause: told };
  }
  const known = error instanceof Error ? error : new Error(String(error));
  return { name: known.name, message: known.message, stack: known.stack ?? '' };
}

/** Puts an error together again: a LatheError, or an Error of the same name, by which others are told apart. */
export function unpackError(packed: ThreadError): Error {
  if ('sent' in packed) {
    const { code, message, param, retryable, retryAfterMs } = fromSentError(packed.sent);
    const { cause } = packed;
    return new LatheError(code, message, {
      ...{ param, retryable, retryAfterMs },
      ...(cause === null ? {} : { cause }),
    });
  }
  const { name, message, stack } = packed;
  return Object.assign(new Error(message), { name, stack });
}
