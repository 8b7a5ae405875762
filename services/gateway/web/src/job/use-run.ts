import { useEffect, useState } from 'preact/hooks';
import { sentenceOf } from '../api/client.ts';
import { readEvents } from '../api/event-stream.ts';
import { addEvents, emptyRun, type LiveRun } from './live-run.ts';

/** How often what has come is drawn. */
const drawMs = 300;

export type Watched = {
  readonly run: LiveRun;
  /** Grows with every change of the run, which is the same object all the time. */
  readonly version: number;
  /** Why nothing comes just now. */
  readonly problem: string | null;
  /** Every event is told. */
  readonly isEnded: boolean;
};

const untold = (): Watched => ({ run: emptyRun(), version: 0, problem: null, isEnded: false });

/** Follows a job's events while the page is open. */
export function useRun(jobId: string): Watched {
  return useRuns([jobId]).get(jobId) ?? untold();
}

/** Follows the events of several jobs, each by its id, while the page is open: a job that is not over holds a connection. */
export function useRuns(jobIds: readonly string[]): ReadonlyMap<string, Watched> {
  const begun = () => new Map(jobIds.map((id) => [id, untold()]));
  const [watched, setWatched] = useState<ReadonlyMap<string, Watched>>(begun);
  useEffect(() => {
    const controller = new AbortController();
    const start = begun();
    setWatched(start);
    for (const [id, first] of start) {
      const change = (next: (now: Watched) => Watched): void =>
        setWatched((now) => {
          const before = now.get(id) ?? first;
          const after = next(before);
          return after === before ? now : new Map(now).set(id, after);
        });
      follow(id, first.run, change, controller.signal);
    }
    return () => controller.abort();
  }, [jobIds.join()]);
  return watched;
}

/** Adds a job's events to `run` as they come, and tells of it every now and then, until `signal` ends it. */
function follow(
  jobId: string,
  run: LiveRun,
  change: (next: (now: Watched) => Watched) => void,
  signal: AbortSignal,
): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const draw = (): void => {
    timer = undefined;
    change((now) => ({ ...now, version: now.version + 1 }));
  };
  signal.addEventListener('abort', () => clearTimeout(timer));
  readEvents(jobId, {
    signal,
    onEvents: (events) => {
      addEvents(run, events);
      timer ??= setTimeout(draw, drawMs);
    },
    onState: (problem) => change((now) => (now.problem === problem ? now : { ...now, problem })),
    onEnd: () => change((now) => ({ ...now, isEnded: true })),
  }).catch((error: unknown) => change((now) => ({ ...now, problem: sentenceOf(error) })));
}
