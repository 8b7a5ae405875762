import type { JobRecord } from '@lathe/contracts/job/record';

/** Why an evaluation should not go on: a wish of the user, or the job went to somebody else. */
export type Interruption = 'cancel' | 'pause' | 'lost';

/** What the record says about an evaluation that began with `job`. */
export function interruptionOf(
  job: Pick<JobRecord, 'epoch'>,
  now: JobRecord | undefined,
): Interruption | undefined {
  if (now?.state !== 'running' || now.stage !== 'evaluate' || now.epoch !== job.epoch)
    return 'lost';
  return now.desired === 'run' ? undefined : now.desired;
}
