/** Every name on NATS: streams, subjects, buckets and consumers. Literals elsewhere are a mistake. */

export const streams = {
  /** Work-queue stream: one message a stage of a job, a piece of data work, a run of an eval, or a batch. */
  work: { name: 'LATHE_WORK', subjects: ['lathe.work.*'] },
  /** What happened to each job, one subject a job, kept in order. */
  events: { name: 'LATHE_EVENTS', subjects: ['lathe.event.*.*'] },
  /** JetStream's advisories of messages that ran out of deliveries. */
  dead: {
    name: 'LATHE_DEAD',
    subjects: ['$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.LATHE_WORK.*'],
  },
} as const;

export type Stage = 'ingest' | 'train' | 'evaluate';

/** What work waits on: the stages of jobs, data work that is no job (record/data-work.ts), runs of evals, batches, and exports. */
export type Queue = Stage | 'data' | 'eval-run' | 'batch' | 'export';

/** The subject on which the work of a queue waits. */
export function workSubject(queue: Queue): string {
  return `lathe.work.${queue}`;
}

/** The durable consumer of a queue. */
export function workConsumer(queue: Queue): string {
  return `lathe-${queue}`;
}

/** The subject of one job's events. */
export function eventSubject(project: string, jobId: string): string {
  return `lathe.event.${project}.${jobId}`;
}

export const buckets = {
  jobs: 'lathe-jobs',
  files: 'lathe-files',
  uploads: 'lathe-uploads',
  models: 'lathe-models',
  aliases: 'lathe-aliases',
  checkpoints: 'lathe-checkpoints',
  workers: 'lathe-workers',
  evaluators: 'lathe-evaluators',
  idempotency: 'lathe-idempotency',
  dataWork: 'lathe-data-work',
  evals: 'lathe-evals',
  evalRuns: 'lathe-eval-runs',
  batches: 'lathe-batches',
  storedCompletions: 'lathe-stored-completions',
  exports: 'lathe-exports',
  usage: 'lathe-usage',
  keys: 'lathe-keys',
} as const;

/**
 * Where readiness writes, to see that each stream can be written to: a key of every bucket, and subjects that nobody
 * reads. No project, job or stage is called so.
 */
export const readyProbe = {
  key: 'ready-check',
  events: 'lathe.event.ready.check',
  work: 'lathe.work.ready-check',
} as const;

/** Queue group subject on which evaluators take chat requests (contracts/message/inference.ts). */
export const inferenceSubject = 'lathe.inference.chat';
export const inferenceQueue = 'lathe-inference';

/** Queue group subject on which evaluators take embedding requests (contracts/message/embedding.ts). */
export const embeddingSubject = 'lathe.inference.embed';

/** Queue group subject on which evaluators take requests for predictions (contracts/message/prediction.ts). */
export const predictionSubject = 'lathe.inference.predict';

/** Queue group subject on which evaluators take prompts to go on from (contracts/message/completion.ts). */
export const completionSubject = 'lathe.inference.complete';

/** Queue group subject on which evaluators take answers to grade (contracts/message/grade.ts). */
export const gradeSubject = 'lathe.inference.grade';

/** Queue group subject on which trainers are asked what a job would need (contracts/message/job-needs.ts). */
export const needsSubject = 'lathe.estimate.memory';
export const needsQueue = 'lathe-memory';

/** Published by the gateway when the client of a request has gone. */
export function inferenceCancelSubject(requestId: string): string {
  return `lathe.inference.cancel.${requestId}`;
}

/** Published when a tuned model is deleted, so that evaluators drop what they hold of it. */
export const modelDeletedSubject = 'lathe.model.deleted';

/** KV keys allow few characters; a model's name holds colons. Base64url keeps it exact. */
export function modelKey(project: string, name: string): string {
  const bytes = new TextEncoder().encode(name);
  const base64 = btoa(String.fromCharCode(...bytes));
  return `${project}.${base64.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')}`;
}

/** The pseudo-project under which base models stand in the models bucket; no project may have this name. */
export const baseModelsProject = '_base';

/**
 * The key of a record that belongs to a project: every lookup carries the project by construction.
 * @example recordKey('default', 'ftjob-4f…');
 */
export function recordKey(project: string, id: string): string {
  return `${project}.${id}`;
}

/** Checkpoints of a job, in step order. */
export function checkpointKey(project: string, jobId: string, step: number): string {
  return `${project}.${jobId}.${String(step).padStart(9, '0')}`;
}
