import { type EvalRunRecord, isRunOver, type RunTally } from '@lathe/contracts/record/eval-run';
import { recordKey } from '@lathe/contracts/subject';
import type { WorkContext } from '@lathe/platform/nats/work-handler';
import { changeRecord } from '@lathe/platform/records/change';
import { followWork } from '@lathe/platform/records/follow-work';
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
  const follower = followWork({
    ...{ context, everyMs: settings.evalProgressMs },
    async look({ moved, end }) {
      const now = moved ? tally() : undefined;
      const record = await changeRecord(evalRuns, key, (stored) =>
        isRunOver(stored) || now === undefined ? null : { ...stored, tally: now },
      );
      if (record === undefined || isRunOver(record)) end(new Error('the run was ended'));
    },
    onError: (error) => log.warn({ err: error }, 'cannot look at the run; trying again'),
  });
  return {
    ...follower,
    async stop(): Promise<{ readonly end?: 'canceled' | 'failed' | 'completed' | 'gone' }> {
      if (!(await follower.stop())) return {};
      const ended = await changeRecord(evalRuns, key, (stored) =>
        stored.state === 'canceled' ? { ...stored, tally: tally() } : null,
      );
      if (ended === undefined) return { end: 'gone' };
      const { state } = ended;
      return state === 'queued' || state === 'in_progress' ? {} : { end: state };
    },
  };
}
