import { type EvalRunRecord, isRunOver, type RunTally } from '@lathe/contracts/record/eval-run';
import { recordKey } from '@lathe/contracts/subject';
import type { WorkContext } from '@lathe/platform/nats/work-handler';
import { changeRecord } from '@lathe/platform/records/change';
import type { RunPorts } from './run-ports.ts';

type Following = {
  readonly context: Pick<WorkContext, 'signal' | 'progress'>;
  /** What came of the rows so far. */
  readonly tally: () => RunTally;
};

/**
 * Stores every so often how far a run is, and sees whether somebody ended it meanwhile: then the signal aborts. `stop`
 * tells how it was ended by somebody else; of a run that was cancelled, the rows that were answered until then count.
 */
export function followRun(
  { evalRuns, settings, log }: Pick<RunPorts, 'evalRuns' | 'settings' | 'log'>,
  run: EvalRunRecord,
  { context, tally }: Following,
) {
  const key = recordKey(run.project, run.id);
  const controller = new AbortController();
  let moved = false;
  let storing = Promise.resolve();
  const store = async (): Promise<void> => {
    const now = moved ? tally() : undefined;
    moved = false;
    const record = await changeRecord(evalRuns, key, (stored) =>
      isRunOver(stored) || now === undefined ? null : { ...stored, tally: now },
    );
    if (record === undefined || isRunOver(record)) controller.abort(new Error('the run was ended'));
  };
  const timer = setInterval(() => {
    // The engine watches over itself, so a long answer is no reason to lose the work.
    context.progress();
    storing = storing.then(store).catch((error: unknown) => {
      log.warn({ err: error }, 'cannot look at the run; trying again');
    });
  }, settings.evalProgressMs);
  return {
    signal: AbortSignal.any([context.signal, controller.signal]),
    progress(): void {
      moved = true;
      context.progress();
    },
    async stop(): Promise<{ readonly end?: 'canceled' | 'failed' | 'completed' | 'gone' }> {
      clearInterval(timer);
      await storing;
      if (!controller.signal.aborted) return {};
      const ended = await changeRecord(evalRuns, key, (stored) =>
        stored.state === 'canceled' ? { ...stored, tally: tally() } : null,
      );
      if (ended === undefined) return { end: 'gone' };
      const { state } = ended;
      return state === 'queued' || state === 'in_progress' ? {} : { end: state };
    },
  };
}
