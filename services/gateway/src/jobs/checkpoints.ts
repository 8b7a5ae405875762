import type {
  CheckpointObject,
  listCheckpointsQuerySchema,
} from '@lathe/contracts/http/fine-tuning';
import { type Page, page } from '@lathe/contracts/http/list';
import type { JobRecord } from '@lathe/contracts/job/record';
import type { CheckpointRecord } from '@lathe/contracts/record/checkpoint';
import { recordKey } from '@lathe/contracts/subject';
import type { Records } from '@lathe/platform/records';
import type { z } from 'zod';
import { cut } from '../http/cursor.ts';

/** A job's checkpoints, newest step first. */
export async function checkpointPage(
  checkpoints: Records['checkpoints'],
  job: JobRecord,
  query: z.infer<typeof listCheckpointsQuerySchema>,
): Promise<Page<CheckpointObject>> {
  const entries = await checkpoints.list(recordKey(job.project, job.id));
  const records = entries.map((entry) => entry.value).toSorted((a, b) => b.step - a.step);
  const { items, hasMore } = await cut(records, query, {
    compare: (a, b) => b.step - a.step,
    isShown: () => true,
  });
  return page(items.map(checkpointObject), hasMore);
}

function checkpointObject(record: CheckpointRecord): CheckpointObject {
  return {
    id: record.id,
    object: 'fine_tuning.job.checkpoint',
    created_at: record.createdAt,
    fine_tuned_model_checkpoint: record.model,
    fine_tuning_job_id: record.jobId,
    step_number: record.step,
    metrics: record.metrics,
  };
}
