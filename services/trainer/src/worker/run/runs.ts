import { sizeText } from '@lathe/contracts/words/size';
import type { Run } from './run.ts';
import type { RunRequest } from './run-preparation.ts';

/** Why a call about a run is refused. */
export type Refusal =
  | 'no free slot'
  | 'no free memory'
  | 'stale epoch'
  | 'shutting down'
  | 'unknown run'
  | 'unknown model'
  | 'unknown caller';

export class RefusedError extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal, message: string) {
    super(message);
    this.name = 'RefusedError';
    this.refusal = refusal;
  }
}

/** The runs that a worker holds: those at work, and finished ones for readers that come late. */
export type Runs = {
  readonly slots: number;
  readonly freeSlots: number;
  /** Memory that all runs at work may take together, in bytes. */
  readonly memoryBytes: number;
  /** It takes no new runs any more. */
  readonly draining: boolean;
  /** Starts a run unless it is there already. Throws RefusedError. */
  start(request: RunRequest): Promise<{ already: boolean }>;
  /** The run. Throws RefusedError `unknown run`. */
  get(jobId: string, epoch: number): Run;
  list(): readonly Run[];
  busy(): readonly Run[];
  /** Takes no new runs, interrupts those at work and waits for them. */
  stop(reason: string): Promise<void>;
};

export type RunsOptions = {
  readonly slots: number;
  readonly memoryBytes: number;
  readonly start: (request: RunRequest) => Run;
  /** How long a finished run can still be read. */
  readonly keepMs: number;
  /** Called whenever the number of free slots may have changed. */
  readonly onChange: () => void;
};

/** Holds at most `slots` runs at work, within the memory; of one job only the newest epoch. */
export function createRuns(options: RunsOptions): Runs {
  const byKey = new Map<string, Run>();
  const newest = new Map<string, number>();
  const forgetting = new Set<NodeJS.Timeout>();
  let stopping = false;
  const keyOf = (jobId: string, epoch: number): string => `${jobId}:${epoch}`;
  const busy = (): Run[] => [...byKey.values()].filter((run) => !run.over);
  const memoryOf = (held: readonly Run[]): number =>
    held.reduce((sum, { request }) => sum + request.memoryBytes, 0);
  const freeSlots = (): number => (stopping ? 0 : Math.max(0, options.slots - busy().length));

  /** Throws RefusedError unless the run fits beside those at work, but for those that make room. */
  const refuseUnlessFree = (request: RunRequest, leaving: readonly Run[]): void => {
    if (freeSlots() + leaving.length === 0)
      throw new RefusedError('no free slot', `all ${options.slots} slots are taken`);
    const free = options.memoryBytes - memoryOf(busy()) + memoryOf(leaving);
    if (free < request.memoryBytes)
      throw new RefusedError(
        'no free memory',
        `the run needs ${sizeText(request.memoryBytes)} of memory, ${sizeText(free)} are free`,
      );
  };
  const hold = (request: RunRequest): void => {
    const run = options.start(request);
    const key = keyOf(request.jobId, request.epoch);
    byKey.set(key, run);
    options.onChange();
    void run.done.then(() => {
      options.onChange();
      const timer = setTimeout(() => {
        forgetting.delete(timer);
        byKey.delete(key);
        if (newest.get(request.jobId) === request.epoch) newest.delete(request.jobId);
      }, options.keepMs);
      forgetting.add(timer);
    });
  };

  return {
    slots: options.slots,
    get freeSlots() {
      return freeSlots();
    },
    memoryBytes: options.memoryBytes,
    get draining() {
      return stopping;
    },
    async start(request) {
      if (byKey.has(keyOf(request.jobId, request.epoch))) return { already: true };
      if (stopping) throw new RefusedError('shutting down', 'the worker is shutting down');
      const known = newest.get(request.jobId) ?? -1;
      if (request.epoch < known)
        throw new RefusedError(
          'stale epoch',
          `epoch ${request.epoch} of ${request.jobId} is older than ${known}`,
        );
      const older = busy().filter((run) => run.request.jobId === request.jobId);
      refuseUnlessFree(request, older);
      newest.set(request.jobId, request.epoch);
      // Nobody wants what an older epoch does; its slot goes to the new one.
      for (const run of older) run.cancel();
      await Promise.all(older.map((run) => run.done));
      if (newest.get(request.jobId) !== request.epoch)
        throw new RefusedError('stale epoch', `a newer epoch of ${request.jobId} came meanwhile`);
      if (byKey.has(keyOf(request.jobId, request.epoch))) return { already: true };
      refuseUnlessFree(request, []);
      hold(request);
      return { already: false };
    },
    get(jobId, epoch) {
      const run = byKey.get(keyOf(jobId, epoch));
      if (run === undefined)
        throw new RefusedError('unknown run', `the worker holds no run ${epoch} of ${jobId}`);
      return run;
    },
    list: () => [...byKey.values()],
    busy,
    async stop(reason) {
      stopping = true;
      options.onChange();
      const runs = busy();
      for (const run of runs) run.interrupt(reason);
      await Promise.all(runs.map((run) => run.done));
      for (const timer of forgetting) clearTimeout(timer);
    },
  };
}
