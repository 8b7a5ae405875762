import type { WorkContext } from '../nats/work-handler.ts';

/** Looks at the record of the work; `moved` where progress was made since the last look. */
type Look = (look: {
  readonly moved: boolean;
  /** Somebody ended the work meanwhile: aborts the signal. */
  readonly end: (why: Error) => void;
}) => Promise<void>;

/** Work that is followed. */
export type Follower = {
  /** Aborts when the work is taken away, or was ended by somebody else. */
  readonly signal: AbortSignal;
  readonly progress: () => void;
  /** Stops looking. Returns whether somebody ended the work. */
  readonly stop: () => Promise<boolean>;
};

/**
 * Looks every so often at the record of a piece of work while it is done, keeps its message from being handed to somebody
 * else, and passes to `onError` a look that failed: the next one may not.
 * @example
 * const follower = followWork({
 *   context: { signal, progress: () => undefined },
 *   everyMs: 1000,
 *   look: async ({ end }) => end(new Error('the run was ended')),
 *   onError: (err) => log.warn({ err }, 'cannot look; trying again'),
 * });
 * const wasEnded = await follower.stop();
 */
export function followWork({
  context,
  everyMs,
  look,
  onError,
}: {
  readonly context: Pick<WorkContext, 'signal' | 'progress'>;
  readonly everyMs: number;
  readonly look: Look;
  readonly onError: (error: unknown) => void;
}): Follower {
  const controller = new AbortController();
  let moved = false;
  let looking = Promise.resolve();
  const next = (): Promise<void> => {
    const since = moved;
    moved = false;
    return look({ moved: since, end: (why) => controller.abort(why) });
  };
  const timer = setInterval(() => {
    // An answer may take long: no reason to lose the work.
    context.progress();
    looking = looking.then(next).catch(onError);
  }, everyMs);
  return {
    signal: AbortSignal.any([context.signal, controller.signal]),
    progress() {
      moved = true;
      context.progress();
    },
    async stop() {
      clearInterval(timer);
      await looking;
      return controller.signal.aborted;
    },
  };
}
