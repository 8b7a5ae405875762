import type { JobRecord } from '@lathe/contracts/job/record';
import { recordKey } from '@lathe/contracts/subject';
import type { Logger } from '@lathe/platform/log';
import type { RecordStore } from '@lathe/platform/records/port';

export type WatchPorts = {
  readonly jobs: RecordStore<JobRecord>;
  readonly settings: { readonly cancelPollMs: number };
  readonly log: Logger;
};

/** Aborts when the job is cancelled or taken over, found out by looking at its record. */
export function watchForCancel(ports: WatchPorts, job: JobRecord, outer: AbortSignal) {
  const controller = new AbortController();
  const timer = setInterval(() => {
    ports.jobs.get(recordKey(job.project, job.id)).then(
      (stored) => {
        if (stored?.value.state !== 'validating_files' || stored.value.epoch !== job.epoch)
          controller.abort(new Error('the job was cancelled'));
      },
      (error: unknown) => ports.log.warn({ err: error }, 'cannot look at the job; trying again'),
    );
  }, ports.settings.cancelPollMs);
  return {
    signal: AbortSignal.any([outer, controller.signal]),
    cancelled: () => controller.signal.aborted,
    stop: () => clearInterval(timer),
  };
}
