import { taskSchema } from '@lathe/recipe/task';
import { z } from 'zod';
import { LatheError, wireErrorSchema } from '../error.ts';
import { adaptationSchema } from '../http/adaptation.ts';
import {
  dpoHyperparametersSchema,
  latheOptionsSchema,
  reinforcementHyperparametersSchema,
} from '../http/fine-tuning.ts';
import { graderSchema } from '../http/grader.ts';
import { metadataSchema } from '../http/metadata.ts';
import { resolvedPreferenceSchema } from '../http/preference.ts';
import { resolvedReinforcementSchema } from '../http/reinforcement.ts';
import { headFields } from '../record/head.ts';
import { assertMove, isTerminal, type JobState, jobStateSchema } from './state.ts';

/** What a request was checked with when the job was created: a limit that is drawn later hides no job. */
function asCreated<T extends object>(schema: z.ZodType<T>) {
  return z.union([schema, z.custom<T>((value) => typeof value === 'object' && value !== null)]);
}

/** Hyperparameters with every `auto` resolved; set when ingest knows the data. */
export const resolvedSettingsSchema = z.object({
  epochs: z.number().int().min(1),
  batchSize: z.number().int().min(1),
  learningRateMultiplier: z.number().positive(),
  learningRate: z.number().positive(),
  adaptation: asCreated(adaptationSchema),
  /** Of a job of the method dpo. */
  preference: resolvedPreferenceSchema.optional(),
  /** Of a job of the method reinforcement. */
  reinforcement: resolvedReinforcementSchema.optional(),
  /** What it teaches, with its labels; absent: generation, or preference where there is one. */
  task: taskSchema.optional(),
});
export type ResolvedSettings = z.infer<typeof resolvedSettingsSchema>;

/** The tuned model that a job goes on from. */
const jobStartSchema = z.object({
  /** The base model that it stands on. */
  base: z.string(),
  /** `adapter`: the same adapter trains on; `merged`: its weights take the place of the base model's. */
  kind: z.enum(['adapter', 'merged']),
  /** Key of the manifest of its files: the model's own, then the job's copy, which nobody else deletes. */
  manifestKey: z.string(),
  /** How it was trained, without where that began: what a job that says nothing goes on with. */
  adaptation: asCreated(adaptationSchema),
});
export type JobStart = z.infer<typeof jobStartSchema>;

/** The job record: the one truth about a job, changed only by compare-and-set. */
export const jobRecordSchema = z.object({
  ...headFields,
  state: jobStateSchema,
  /** What the user wants; the controller reconciles towards it. */
  desired: z.enum(['run', 'pause', 'cancel']),
  /** Grows whenever a stage is handed to a new owner: writes of older epochs are refused. */
  epoch: z.number().int(),
  stage: z.enum(['ingest', 'train', 'evaluate', 'done']),
  /** As the request names it: a base model, or a tuned one, and then `start` is there. */
  model: z.string(),
  start: jobStartSchema.optional(),
  suffix: z.string().nullable(),
  seed: z.number().int(),
  /** Absent: supervised. */
  method: z.enum(['supervised', 'dpo', 'reinforcement']).optional(),
  hyperparameters: asCreated(
    dpoHyperparametersSchema.extend(reinforcementHyperparametersSchema.shape),
  ),
  /** Of a job of the method reinforcement: what rewards answers. */
  grader: graderSchema.optional(),
  options: asCreated(latheOptionsSchema),
  metadata: metadataSchema.nullable(),
  trainingFile: z.string(),
  validationFile: z.string().nullable(),
  settings: resolvedSettingsSchema.nullable(),
  /** Key of the dataset manifest, once ingest is done. */
  datasetKey: z.string().nullable(),
  /** Names what the dataset was made of: another job of the project with the same has the same dataset. */
  datasetHash: z.string().optional(),
  progress: z
    .object({
      step: z.number().int(),
      totalSteps: z.number().int(),
      estimatedFinish: z.number().int().nullable(),
    })
    .nullable(),
  /** Worker that holds the job now, or held it last. */
  worker: z.string().nullable(),
  /** How often a worker was lost while holding the job, in all. */
  lostWorkers: z.number().int(),
  /** The same since its newest checkpoint: too many of them fail it. Absent in older records: `lostWorkers`. */
  lossesInARow: z.number().int().optional(),
  /** Losses since its newest checkpoint of workers that held other jobs too, so that nobody knows whose fault they were. */
  sharedLosses: z.number().int().optional(),
  /** How often its stage was begun in vain since the message server started: whole restarts count for nothing. */
  attempt: z
    .object({
      stage: z.enum(['ingest', 'evaluate']),
      epoch: z.number().int(),
      server: z.string(),
      count: z.number().int(),
    })
    .optional(),
  /** Most tokens of a pass since the training ran out of memory: less than was asked for. */
  microBatchTokens: z.number().int().optional(),
  /** Memory that its run needs, in bytes, as a worker has told: until then nobody knows, and anew with other passes. */
  memoryBytes: z.number().optional(),
  /** Key of the newest whole checkpoint's manifest. */
  checkpointKey: z.string().nullable(),
  trainedTokens: z.number().int().nullable(),
  /** Tokens of all epochs, once its files are read: what it trains where nothing stops it early. */
  plannedTokens: z.number().int().optional(),
  /** The model's name from when it is registered, which is before its evaluation. */
  fineTunedModel: z.string().nullable(),
  resultFiles: z.array(z.string()),
  /** Key of the evaluation report, and its headline for the API. */
  reportKey: z.string().nullable(),
  evaluation: z.unknown().nullable(),
  startedAt: z.number().int().nullable(),
  finishedAt: z.number().int().nullable(),
  error: wireErrorSchema.nullable(),
  /** Of a failed job: the stage that failed, and whether the infrastructure was at fault, so that it may be resumed. */
  failure: z
    .object({ stage: z.enum(['ingest', 'train', 'evaluate', 'done']), resumable: z.boolean() })
    .optional(),
});
export type JobRecord = z.infer<typeof jobRecordSchema>;

/** What the record of a new job says of all that has not happened yet. */
export function nothingYet() {
  return {
    settings: null,
    datasetKey: null,
    progress: null,
    worker: null,
    lostWorkers: 0,
    checkpointKey: null,
    trainedTokens: null,
    fineTunedModel: null,
    resultFiles: [],
    reportKey: null,
    evaluation: null,
    startedAt: null,
    finishedAt: null,
    error: null,
  } satisfies Partial<JobRecord>;
}

/** The base model that the job's model stands on; tokenizer, limits and names come from it. */
export function baseModelOf({ model, start }: Pick<JobRecord, 'model' | 'start'>): string {
  return start?.base ?? model;
}

/** Fields that a stage may change together with a move; identity fields never change. */
export type JobChange = Partial<
  Omit<JobRecord, 'version' | 'id' | 'project' | 'createdAt' | 'createdMs' | 'requestId' | 'state'>
>;

/** A change that goes with a move: when it happens and, for one to `failed`, whether the job may be resumed. */
export type JobMove = JobChange & { readonly now: number; readonly resumable?: boolean };

/** The record moved to another state; terminal states get `finishedAt`. Throws `invalid_state` when illegal. */
export function moveJob(record: JobRecord, to: JobState, change: JobMove): JobRecord {
  assertMove(record.state, to);
  const { now, resumable = false, ...fields } = change;
  const finished = isTerminal(to) ? { finishedAt: now, stage: 'done' as const } : {};
  const failed = to === 'failed' ? { failure: { stage: record.stage, resumable } } : {};
  return { ...record, ...fields, ...finished, ...failed, state: to };
}

/** Whether the infrastructure failed the job, so that it can go on from where it was. */
export function isResumable({ state, failure }: Pick<JobRecord, 'state' | 'failure'>): boolean {
  return state === 'failed' && failure?.resumable === true && failure.stage !== 'done';
}

/**
 * A job that the infrastructure failed, back before the stage that failed, under a new epoch and with all counts
 * at zero. Throws `invalid_state` for any other.
 */
export function reviveJob(record: JobRecord): JobRecord {
  if (!isResumable(record))
    throw new LatheError('invalid_state', `The job is ${record.state} and cannot be resumed.`, {
      retryable: false,
    });
  const { failure, microBatchTokens: _, memoryBytes: __, ...kept } = record;
  return {
    ...kept,
    state: failure?.stage === 'ingest' ? 'validating_files' : 'queued',
    stage: failure?.stage ?? record.stage,
    desired: 'run',
    epoch: record.epoch + 1,
    worker: null,
    lossesInARow: 0,
    sharedLosses: 0,
    finishedAt: null,
    error: null,
  };
}

/** The state that each wish of the user leads to. */
const wished = { run: 'queued', pause: 'paused', cancel: 'cancelled' } as const;

/** What the user asked for, as desired state. Throws `invalid_state` for a job that is over. */
export function desire(record: JobRecord, desired: JobRecord['desired']): JobRecord {
  if (isTerminal(record.state)) assertMove(record.state, wished[desired]);
  return { ...record, desired };
}
