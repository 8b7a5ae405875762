import { parentPort } from 'node:worker_threads';
import { yieldToEventLoops } from '../process/priority.ts';
import { type FromThread, packError, type ToThread } from './thread-message.ts';

/** A result whose buffers are handed over instead of copied. */
export class Handed {
  readonly value: unknown;
  readonly buffers: readonly ArrayBuffer[];

  constructor(value: unknown, buffers: readonly ArrayBuffer[]) {
    this.value = value;
    this.buffers = buffers;
  }
}

/**
 * The side of the thread, or of the process that is shut in: works on every task that comes, and sends back its result or its error.
 * @example serveTasks((task) => String(task).length);
 */
export function serveTasks(work: (task: unknown) => unknown): void {
  const port = parentPort;
  if (port === null && process.send === undefined)
    throw new Error('this program is made for a thread, or a process that is shut in');
  yieldToEventLoops();
  const send = (message: FromThread, buffers: readonly ArrayBuffer[] = []): void => {
    if (port === null) process.send?.(message);
    else port.postMessage(message, buffers);
  };
  (port ?? process).on('message', ({ id, task }: ToThread) => {
    Promise.resolve()
      .then(() => work(task))
      .then((result) => {
        if (result instanceof Handed) send({ id, value: result.value }, result.buffers);
        else send({ id, value: result });
      })
      .catch((error: unknown) => send({ id, error: packError(error) }));
  });
  send({ isUp: true });
}
