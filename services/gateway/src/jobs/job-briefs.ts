import { type JobRecord, jobRecordSchema } from '@lathe/contracts/job/record';
import { isTerminal } from '@lathe/contracts/job/state';
import { buckets } from '@lathe/contracts/subject';
import type { Nats } from '@lathe/platform/nats/connection';
import { needOf } from '@lathe/platform/pool/job-need';
import { createRecordIndex, type RecordIndex } from '@lathe/platform/records/record-index';

/** What lists, queues and paces want to know of a job. */
export type JobBrief = ReturnType<typeof briefOf>;

/** What is known of every job, by project. */
export type JobBriefs = RecordIndex<JobBrief>;

/** The briefs of all jobs, which this gateway keeps and brings up to date when they are asked for. */
export function openJobBriefs(nats: Nats): JobBriefs {
  return createRecordIndex(nats, { bucket: buckets.jobs, schema: jobRecordSchema, briefOf });
}

/** What is kept of a job. */
export function briefOf(job: JobRecord) {
  const { id, project, createdMs, state, stage, model, method, options, metadata } = job;
  const { startedAt, finishedAt, trainedTokens, plannedTokens, progress, trainingFile } = job;
  return {
    ...{ id, project, createdMs, state, stage, model, metadata, trainingFile },
    ...{ startedAt, finishedAt, trainedTokens },
    method: method ?? ('supervised' as const),
    adaptation: options.adaptation?.type,
    plannedTokens: plannedTokens ?? null,
    estimatedFinish: progress?.estimatedFinish ?? null,
    /** Memory that its training takes, once a worker has told. */
    memoryBytes: job.memoryBytes ?? null,
    trains: trainsAs(options),
    /** Of a job that is not over: what it asks of a worker. */
    need: isTerminal(state) ? null : needOf(job),
  };
}

/** Options that say nothing of how a job trains. */
const besideTraining: ReadonlySet<string> = new Set([
  ...['data', 'cleaning', 'held_out_share', 'checkpoint_every', 'contestants', 'evaluation_rows'],
  ...[
    'few_shot_examples',
    'retrieval_examples',
    'forgetting_questions',
    'forgetting_evals',
    'memory_limit',
  ],
]);

/** Jobs of one model with the same text train alike, as far as their options go. */
export function trainsAs(options: JobRecord['options']): string {
  const all = Object.entries(options).filter(([name]) => !besideTraining.has(name));
  return JSON.stringify(all.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
