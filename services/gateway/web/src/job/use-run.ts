import { useEffect, useRef, useState } from 'preact/hooks';
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

/** Follows a job's events while the page is open. */
export function useRun(jobId: string): Watched {
  const run = useRef(emptyRun());
  const [state, setState] = useState({
    version: 0,
    problem: null as string | null,
    isEnded: false,
  });
  useEffect(() => {
    const controller = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    run.current = emptyRun();
    const draw = (): void => {
      timer = undefined;
      setState((now) => ({ ...now, version: now.version + 1 }));
    };
    readEvents(jobId, {
      signal: controller.signal,
      onEvents: (events) => {
        addEvents(run.current, events);
        timer ??= setTimeout(draw, drawMs);
      },
      onState: (problem) =>
        setState((now) => (now.problem === problem ? now : { ...now, problem })),
      onEnd: () => setState((now) => ({ ...now, isEnded: true })),
    }).catch((error: unknown) => setState((now) => ({ ...now, problem: sentenceOf(error) })));
    return () => {
      controller.abort();
      clearTimeout(timer);
    };
  }, [jobId]);
  return { run: run.current, ...state };
}
