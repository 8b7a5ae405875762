import type { JobObject } from '@lathe/contracts/http/fine-tuning';
import type { Page } from '@lathe/contracts/http/list';
import { ask } from '../api/client.ts';

/** Behind the name of a job's model, of a checkpoint. */
const checkpointEnd = /:ckpt-step-\d+$/;

/** The job that made a tuned model or one of its checkpoints; null where it is gone. */
export async function findJob(model: string, signal: AbortSignal): Promise<JobObject | null> {
  const name = model.replace(checkpointEnd, '');
  const begin = `ftjob-${name.split(':').at(-1)}`;
  let after = '';
  for (;;) {
    const page = await ask<Page<JobObject>>(`/v1/fine_tuning/jobs?limit=100${after}`, { signal });
    const found = page.data.find(
      ({ id, fine_tuned_model: made }) => made === name || id.startsWith(begin),
    );
    if (found !== undefined) return found;
    if (!page.has_more || page.last_id === null) return null;
    after = `&after=${page.last_id}`;
  }
}
