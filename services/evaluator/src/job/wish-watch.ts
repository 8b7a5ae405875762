import type { JobRecord } from '@lathe/contracts/job/record';
import { recordKey } from '@lathe/contracts/subject';
import type { Logger } from '@lathe/platform/log';
import type { RecordStore } from '@lathe/platform/records/port';

/** Why an evaluation should not go on: a wish of the user, or the job went to somebody else. */
export type Interruption = 'cancel' | 'pause' | 'lost';

export type WishWatch = {
  /** Aborts at the first interruption, and with the outer signal. */
  readonly signal: AbortSignal;
  interruption(): Interruption | undefined;
  stop(): void;
};

/** What the record says about an evaluation that began with `job`. */
export function interruptionOf(
  job: Pick<JobRecord, 'epoch'>,
  now: JobRecord | undefined,
): Interruption | undefined {
  if (now?.state !== 'running' || now.stage !== 'evaluate' || now.epoch !== job.epoch)
    return 'lost';
  return now.desired === 'run' ? undefined : now.desired;
}

/** Looks at the job's record every so often for as long as it is evaluated. */
export function watchWishes(
  ports: { readonly jobs: RecordStore<JobRecord>; readonly log: Logger },
  job: JobRecord,
  options: { readonly pollMs: number; readonly signal: AbortSignal },
): WishWatch {
  const controller = new AbortController();
  let found: Interruption | undefined;
  const timer = setInterval(() => {
    ports.jobs.get(recordKey(job.project, job.id)).then(
      (stored) => {
        found ??= interruptionOf(job, stored?.value);
        if (found !== undefined) controller.abort(new Error(`the job is to stop: ${found}`));
      },
      (error: unknown) => ports.log.warn({ err: error }, 'cannot look at the job; trying again'),
    );
  }, options.pollMs);
  return {
    signal: AbortSignal.any([options.signal, controller.signal]),
    interruption: () => found,
    stop: () => clearInterval(timer),
  };
}
