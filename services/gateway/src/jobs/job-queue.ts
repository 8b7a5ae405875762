import type { JobRecord } from '@lathe/contracts/job/record';
import type { Nats } from '@lathe/platform/nats/connection';
import { publishWork } from '@lathe/platform/nats/work';

/** Puts the job's present stage on its work queue; a repetition within the same epoch is harmless. */
export async function queueStage(nats: Nats, job: JobRecord): Promise<void> {
  if (job.stage === 'done') return;
  await publishWork(nats, job.stage, {
    version: 1,
    project: job.project,
    jobId: job.id,
    epoch: job.epoch,
    requestId: job.requestId,
  });
}
