import type { JobRecord } from '@lathe/contracts/job/record';
import { recordKey } from '@lathe/contracts/subject';
import type { Logger } from '../log/log.ts';
import type { RecordStore } from './port.ts';

export type JobWatch<Finding> = {
  /** Aborts at the first finding, and with the outer signal. */
  readonly signal: AbortSignal;
  found(): Finding | undefined;
  stop(): void;
};

/**
 * Looks at a job's record every so often until `look` finds in it why the work on the job should not go on.
 * @example
 * const { jobs } = await openAllRecords(nats);
 * const look = (now?: JobRecord) => (now?.desired === 'cancel' ? 'cancelled' : undefined);
 * const watch = watchJob({ jobs, log }, { project: 'default', id: 'ftjob-4f…' }, { look, pollMs: 1_000, signal });
 */
export function watchJob<Finding extends string>(
  ports: { readonly jobs: RecordStore<JobRecord>; readonly log: Logger },
  job: Pick<JobRecord, 'project' | 'id'>,
  options: {
    readonly look: (now: JobRecord | undefined) => Finding | undefined;
    readonly pollMs: number;
    readonly signal: AbortSignal;
  },
): JobWatch<Finding> {
  const controller = new AbortController();
  let found: Finding | undefined;
  const timer = setInterval(() => {
    ports.jobs.get(recordKey(job.project, job.id)).then(
      (stored) => {
        found ??= options.look(stored?.value);
        if (found !== undefined) controller.abort(new Error(`the job is to stop: ${found}`));
      },
      (error: unknown) => ports.log.warn({ err: error }, 'cannot look at the job; trying again'),
    );
  }, options.pollMs);
  return {
    signal: AbortSignal.any([options.signal, controller.signal]),
    found: () => found,
    stop: () => clearInterval(timer),
  };
}
