import { newId } from '@lathe/contracts/id';
import type { JobRecord } from '@lathe/contracts/job/record';
import { type JobNews, jobEvent } from '@lathe/contracts/message/event';
import { type FileRecord, processedFile } from '@lathe/contracts/record/file';
import { recordKey } from '@lathe/contracts/subject';
import type { Nats } from '@lathe/platform/nats/connection';
import { publishEvents } from '@lathe/platform/nats/events';
import type { Records } from '@lathe/platform/records';
import type { RecordStore } from '@lathe/platform/records/port';
import { jobRecord } from './job-record.ts';

/** Requests to the store that wait at a time. */
const atOnce = 50;

/** How many of what, in which project. */
type Many = { readonly project: string; readonly count: number };

/**
 * Writes jobs that are over straight into the store, one a second, the newest of them now. Returns them, oldest first.
 * @example await writeManyJobs(await openStores(config), { project: 'default', count: 10_000 });
 */
export function writeManyJobs(
  { jobs }: Pick<Records, 'jobs'>,
  { project, count }: Many,
): Promise<JobRecord[]> {
  return writeMany(jobs, count, (createdMs, at) => {
    const createdAt = Math.floor(createdMs / 1000);
    const hasFailed = at % 10 === 9;
    return jobRecord({
      ...{ project, createdMs, createdAt, suffix: `run-${at}`, stage: 'evaluate' },
      ...{ startedAt: createdAt, finishedAt: createdAt + 60, trainedTokens: 60_000 },
      state: hasFailed ? 'failed' : 'succeeded',
      metadata: { name: `Run ${at}` },
      ...(hasFailed && {
        error: { code: 'training_failed', message: 'The loss is not finite.', param: null },
      }),
    });
  });
}

/**
 * The same of records of files; their bytes are nowhere.
 * @example await writeManyFiles(await openStores(config), { project: 'default', count: 10_000 });
 */
export function writeManyFiles(
  { files }: Pick<Records, 'files'>,
  { project, count }: Many,
): Promise<FileRecord[]> {
  return writeMany(files, count, (createdMs, at) => {
    const id = newId('file');
    const about = { id, project, filename: `rows-${at}.jsonl`, purpose: 'fine-tune' } as const;
    const bytes = { key: `${project}/${id}`, bytes: 1000, sha256: '0'.repeat(64) };
    return processedFile({ ...about, ...bytes }, createdMs);
  });
}

async function writeMany<T extends { readonly id: string; readonly project: string }>(
  store: RecordStore<T>,
  count: number,
  make: (createdMs: number, at: number) => T,
): Promise<T[]> {
  const firstMs = Date.now() - count * 1000;
  const made = Array.from({ length: count }, (_, at) => make(firstMs + at * 1000, at));
  for (let from = 0; from < count; from += atOnce)
    await Promise.all(
      made
        .slice(from, from + atOnce)
        .map((record) => store.put(recordKey(record.project, record.id), record)),
    );
  return made;
}

/** Steps from one scoring of the held-out rows to the next. */
const scoredEvery = 20;

/**
 * Publishes metrics of so many steps of a job; each twentieth scores the held-out rows instead of telling the training's loss.
 * @example await publishManyEvents(nats, job, 100_000);
 */
export async function publishManyEvents(
  nats: Nats,
  job: Pick<JobRecord, 'id' | 'project' | 'createdMs'>,
  count: number,
): Promise<void> {
  for (let from = 0; from < count; from += atOnce)
    await publishEvents(
      nats,
      Array.from({ length: Math.min(atOnce, count - from) }, (_, at) => {
        const step = from + at + 1;
        const loss = 2 / Math.sqrt(step);
        const isScore = step % scoredEvery === 0;
        const told = isScore ? { valid_loss: loss } : { train_loss: loss, learning_rate: 0.001 };
        const news: JobNews = {
          name: 'metrics',
          type: 'metrics',
          message: `Step ${step}/${count}: ${isScore ? 'held-out' : 'training'} loss=${loss.toFixed(3)}`,
          data: { step, total_steps: count, ...told },
        };
        return { event: jobEvent(job, news, job.createdMs + step), dedupeId: `step-${step}` };
      }),
    );
}
