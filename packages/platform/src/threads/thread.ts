import { Worker } from 'node:worker_threads';
import { LatheError } from '@lathe/contracts/error';
import type { Logger } from '../log/log.ts';
import { outsideLogContext } from '../log/log-context.ts';
import { type FromThread, type ToThread, unpackError } from './thread-message.ts';

export type ThreadOptions = {
  /** The thread's program, which calls `serveTasks`. */
  readonly program: URL;
  /** How the log names it. */
  readonly name: string;
  /**
   * A task that takes longer is given up, and the thread with it. What the thread takes to start does not count, nor does time in which
   * this process has no processor, up to `mostWaits` times as long.
   */
  readonly taskMs: number;
  readonly log: Logger;
};

/** A thread of this process that works on tasks, so that the event loop need not. */
export type Thread = {
  /**
   * The result of a task; `buffers` are handed over. Throws what the task throws, a retryable
   * `unavailable` when the thread dies meanwhile, and `timeout` when it takes too long.
   */
  run(task: unknown, buffers?: readonly ArrayBuffer[]): Promise<unknown>;
  /** Gives it a task if it runs, and waits for nothing. */
  tell(task: unknown): void;
  /** Ends the thread; what it works on fails. */
  stop(): Promise<void>;
};

type Running = {
  readonly worker: Worker;
  readonly up: PromiseWithResolvers<void>;
  readonly open: Map<number, PromiseWithResolvers<unknown>>;
};

/** A task that waits for this many times its time waits for something else than a processor. */
const mostWaits = 10;

/** What this process has computed since it began, in milliseconds of a processor. */
function computedMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/**
 * Starts the thread at the first task, and again at the next one after it has died.
 * @example createThread({ program: new URL('file:///count.ts'), name: 'counting', taskMs: 1_000, log });
 */
export function createThread({ program, name, taskMs, log }: ThreadOptions): Thread {
  let running: Running | undefined;
  let lastId = 0;
  let isStopped = false;

  const launch = (): Running => {
    const worker = new Worker(program, { name });
    const started: Running = { worker, up: Promise.withResolvers(), open: new Map() };
    worker.on('message', (message: FromThread) => {
      if ('isUp' in message) return started.up.resolve();
      const waiting = started.open.get(message.id);
      started.open.delete(message.id);
      if ('error' in message) waiting?.reject(unpackError(message.error));
      else waiting?.resolve(message.value);
    });
    worker.on('error', (error) => log.error({ err: error, thread: name }, 'a thread failed'));
    worker.once('exit', () => {
      if (running === started) running = undefined;
      for (const waiting of started.open.values())
        waiting.reject(
          new LatheError('unavailable', 'What worked on the request ended; try again.'),
        );
    });
    return started;
  };

  return {
    async run(task, buffers = []) {
      if (isStopped) throw new LatheError('unavailable', 'The service is stopping.');
      running ??= outsideLogContext(launch);
      const started = running;
      const { worker, up, open } = started;
      const id = ++lastId;
      const answer = Promise.withResolvers<unknown>();
      open.set(id, answer);
      const message: ToThread = { id, task };
      let timer: NodeJS.Timeout | undefined;
      const giveUpAfter = (begun: { readonly at: number; readonly computed: number }): void => {
        // A busy machine may have left the thread nothing, however long ago it was asked.
        const leftMs = taskMs - (computedMs() - begun.computed);
        if (leftMs > 0 && performance.now() - begun.at < mostWaits * taskMs) {
          timer = setTimeout(giveUpAfter, leftMs, begun);
          return;
        }
        log.error({ thread: name, taskMs }, 'a thread took too long over a task and was ended');
        open.delete(id);
        answer.reject(
          new LatheError('timeout', 'The request takes too long to be read.', { retryable: false }),
        );
        // It may still take a while to end: the next task goes to another.
        if (running === started) running = undefined;
        void worker.terminate();
      };
      void up.promise.then(() => {
        const begun = { at: performance.now(), computed: computedMs() };
        if (open.has(id)) timer = setTimeout(giveUpAfter, taskMs, begun);
      });
      try {
        worker.postMessage(message, buffers);
        return await answer.promise;
      } finally {
        clearTimeout(timer);
        open.delete(id);
      }
    },
    tell(task) {
      running?.worker.postMessage({ id: 0, task } satisfies ToThread);
    },
    async stop() {
      isStopped = true;
      await running?.worker.terminate();
    },
  };
}
