import { AsyncLocalStorage } from 'node:async_hooks';

/** What a log line is about: the request that caused it, and the job that it works on. */
export type LogContext = { readonly requestId?: string; readonly jobId?: string };

const storage = new AsyncLocalStorage<LogContext>();

/**
 * Runs `act` so that every log line it causes, however deep and however much later, carries these fields,
 * besides those of the context it is called in.
 * @example inLogContext({ jobId: 'ftjob-4f…' }, () => log.info('placed'));
 */
export function inLogContext<T>(context: LogContext, act: () => T): T {
  return storage.run({ ...storage.getStore(), ...context }, act);
}

/** Runs `act` in no context: for what is started by one request and outlives it. */
export function outsideLogContext<T>(act: () => T): T {
  return storage.exit(act);
}

/** The fields of this moment. */
export function logContext(): LogContext {
  return storage.getStore() ?? {};
}
