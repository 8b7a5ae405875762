import { LatheError } from '@lathe/contracts/error';
import type { Logger } from '../log/log.ts';
import { outsideLogContext } from '../log/log-context.ts';
import { startShutInSide, startThreadSide, type TaskSide } from './task-side.ts';
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
  /** Set, what works is no thread but a process that reads these folders alone and reaches nothing else: for programs of strangers. */
  readonly shutIn?: { readonly reads: readonly URL[] };
  readonly log: Logger;
};

/** A thread of this process, or a process that is shut in, that works on tasks, so that the event loop need not. */
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
  readonly side: TaskSide;
  readonly up: PromiseWithResolvers<void>;
  readonly open: Map<number, PromiseWithResolvers<unknown>>;
};

/** A task that waits for this many times its time waits for something else than a processor. */
const mostWaits = 10;

/**
 * Starts the thread at the first task, and again at the next one after it has died.
 * @example createThread({ program: new URL('file:///count.ts'), name: 'counting', taskMs: 1_000, log });
 */
export function createThread({ program, name, taskMs, shutIn, log }: ThreadOptions): Thread {
  let running: Running | undefined;
  let lastId = 0;
  let isStopped = false;

  const launch = (): Running => {
    const up = Promise.withResolvers<void>();
    const open: Running['open'] = new Map();
    const onMessage = (message: FromThread): void => {
      if ('isUp' in message) {
        up.resolve();
        return;
      }
      const waiting = open.get(message.id);
      open.delete(message.id);
      if ('error' in message) waiting?.reject(unpackError(message.error));
      else waiting?.resolve(message.value);
    };
    const onError = (error: Error): void =>
      log.error({ err: error, thread: name }, 'a thread failed');
    const onEnd = (): void => {
      if (running === started) running = undefined;
      for (const waiting of open.values())
        waiting.reject(
          new LatheError('unavailable', 'What worked on the request ended; try again.'),
        );
    };
    const heard = { onMessage, onError, onEnd };
    const side =
      shutIn === undefined
        ? startThreadSide(program, name, heard)
        : startShutInSide(program, shutIn.reads, heard);
    const started: Running = { side, up, open };
    return started;
  };

  return {
    async run(task, buffers = []) {
      if (isStopped) throw new LatheError('unavailable', 'The service is stopping.');
      running ??= outsideLogContext(launch);
      const started = running;
      const { side, up, open } = started;
      const id = ++lastId;
      const answer = Promise.withResolvers<unknown>();
      open.set(id, answer);
      const message: ToThread = { id, task };
      let timer: NodeJS.Timeout | undefined;
      const giveUpAfter = (begun: { readonly at: number; readonly computed: number }): void => {
        // A busy machine may have left the thread nothing, however long ago it was asked.
        const leftMs = taskMs - (side.computedMs() - begun.computed);
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
        void side.end();
      };
      void up.promise.then(() => {
        const begun = { at: performance.now(), computed: side.computedMs() };
        if (open.has(id)) timer = setTimeout(giveUpAfter, taskMs, begun);
      });
      try {
        side.post(message, buffers);
        return await answer.promise;
      } finally {
        clearTimeout(timer);
        open.delete(id);
      }
    },
    tell(task) {
      running?.side.post({ id: 0, task }, []);
    },
    async stop() {
      isStopped = true;
      await running?.side.end();
    },
  };
}
