import { LatheError } from '@lathe/contracts/error';
import type { Logger } from '../log/log.ts';
import { outsideLogContext } from '../log/log-context.ts';
import { type FromThread, type ToThread, unpackError } from './thread-message.ts';

/** Where tasks are worked on, away from the event loop of this process. */
export type TaskSide = {
  post(message: ToThread, buffers: readonly ArrayBuffer[]): void;
  /** What has been computed since it began, in milliseconds of a processor; on the clock where the system does not tell. */
  computedMs(): number;
  /** Ends it at once, and resolves when it is gone. */
  end(): Promise<void>;
};

export type Heard = {
  readonly onMessage: (message: FromThread) => void;
  readonly onError: (error: Error) => void;
  /** Told once, also when it never began. */
  readonly onEnd: () => void;
};

export type TaskRunnerOptions = {
  /** How the log names it. */
  readonly name: string;
  /**
   * A task that takes longer is given up, and its side with it. What that takes to start does not count, nor does time in which
   * this process has no processor, up to `mostWaits` times as long.
   */
  readonly taskMs: number;
  readonly log: Logger;
};

/** Works on tasks, so that the event loop need not. */
export type TaskRunner = {
  /**
   * The result of a task; `buffers` are handed over. Throws what the task throws, a retryable
   * `unavailable` when the side dies meanwhile, and `timeout` when it takes too long.
   */
  run(task: unknown, buffers?: readonly ArrayBuffer[]): Promise<unknown>;
  /** Gives it a task if its side runs, and waits for nothing. */
  tell(task: unknown): void;
  /** Ends its side; what that works on fails. */
  stop(): Promise<void>;
};

type Running = {
  readonly side: TaskSide;
  readonly up: PromiseWithResolvers<void>;
  readonly open: Map<number, PromiseWithResolvers<unknown>>;
};

/** A task that waits for this many times its time waits for something else than a processor. */
const mostWaits = 10;

/** Starts a side at the first task, and again at the next one after it has died. */
export function createTaskRunner(
  start: (heard: Heard) => TaskSide,
  { name, taskMs, log }: TaskRunnerOptions,
): TaskRunner {
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
      log.error({ err: error, runner: name }, 'what works on tasks failed');
    const onEnd = (): void => {
      if (running === started) running = undefined;
      for (const waiting of open.values())
        waiting.reject(
          new LatheError('unavailable', 'What worked on the request ended; try again.'),
        );
    };
    const started: Running = { side: start({ onMessage, onError, onEnd }), up, open };
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
        // A busy machine may have left it nothing, however long ago it was asked.
        const leftMs = taskMs - (side.computedMs() - begun.computed);
        if (leftMs > 0 && performance.now() - begun.at < mostWaits * taskMs) {
          timer = setTimeout(giveUpAfter, leftMs, begun);
          return;
        }
        log.error({ runner: name, taskMs }, 'a task took too long; what worked on it was ended');
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
