import { datasetReportSchema } from '@lathe/contracts/artifact/dataset';
import { evaluationReportSchema } from '@lathe/contracts/artifact/report';
import {
  aliasObjectSchema,
  aliasRequestSchema,
  listAliasesQuerySchema,
} from '@lathe/contracts/http/alias';
import {
  deletedFileSchema,
  deleteFileQuerySchema,
  erasedJobSchema,
} from '@lathe/contracts/http/erasure';
import { estimateSchema } from '@lathe/contracts/http/estimate';
import { lifetimeSchema } from '@lathe/contracts/http/expiry';
import {
  fileObjectSchema,
  listFilesQuerySchema,
  retrievedFileSchema,
  uploadPurposeSchema,
} from '@lathe/contracts/http/file';
import {
  checkpointObjectSchema,
  createJobQuerySchema,
  createJobSchema,
  eventObjectSchema,
  jobObjectSchema,
  listCheckpointsQuerySchema,
  listEventsQuerySchema,
  listJobsQuerySchema,
} from '@lathe/contracts/http/fine-tuning';
import {
  graderRunSchema,
  runGraderSchema,
  validatedGraderSchema,
  validateGraderSchema,
} from '@lathe/contracts/http/grader';
import { modelObjectSchema } from '@lathe/contracts/http/model';
import { signInCodeSchema } from '@lathe/contracts/http/sign-in';
import { usageObjectSchema, usageQuerySchema } from '@lathe/contracts/http/usage';
import { poolSchema } from '@lathe/contracts/http/worker';
import { z } from 'zod';
import { askOperations } from './ask-operations.ts';
import { batchOperations } from './batch-operations.ts';
import { dataOperations } from './data-operations.ts';
import { evalOperations } from './eval-operations.ts';
import { exportOperations } from './export-operations.ts';
import { keyOperations } from './key-operations.ts';
import { deleted, list, type Operation, pageOf } from './operation.ts';
import { storedOperations } from './stored-operations.ts';
import { uploadOperations } from './upload-operations.ts';

const upload = z.object({
  file: z.string().meta({ format: 'binary' }),
  purpose: uploadPurposeSchema,
  'expires_after[anchor]': z.literal('created_at').optional(),
  'expires_after[seconds]': lifetimeSchema.optional(),
});
const modelFolder = z.object({
  object: z.literal('lathe.model'),
  kind: z.enum(['adapter', 'merged']),
  base: z.string(),
  files: z.array(z.object({ name: z.string(), bytes: z.number().int(), sha256: z.string() })),
});
const readiness = z.object({ status: z.string(), problems: z.record(z.string(), z.string()) });

const jobs = 'v1/fine_tuning/jobs';

/** Every route by its name in `routesOf`; a test compares the two. */
export const operations: Readonly<Record<string, Operation>> = {
  ...askOperations,
  ...dataOperations,
  ...evalOperations,
  ...uploadOperations,
  ...batchOperations,
  ...storedOperations,
  ...exportOperations,
  ...keyOperations,
  'GET /healthz': {
    id: 'live',
    summary: 'Whether the process answers.',
    answer: z.object({ status: z.literal('ok') }),
    isOpen: true,
  },
  'GET /metrics': {
    id: 'metrics',
    summary:
      "The gateway's metrics in Prometheus' text format; without a key only from this machine.",
    answer: 'text/plain',
    isOpen: true,
  },
  'GET /readyz': {
    id: 'ready',
    summary: 'Whether what the process stands on answers, too; 503 with the problems otherwise.',
    answer: readiness,
    isOpen: true,
  },
  'GET /v1/openapi.json': {
    id: 'describe',
    summary: 'This document.',
    answer: z.looseObject({ openapi: z.string() }),
    isOpen: true,
  },
  'GET /docs': {
    id: 'showDocumentation',
    summary: 'This document as a page that is complete in itself.',
    answer: 'text/html',
    isOpen: true,
  },
  'POST /v1/files': {
    id: 'createFile',
    summary: 'Uploads a file.',
    body: upload,
    isForm: true,
    answer: fileObjectSchema,
  },
  'GET /v1/files': {
    id: 'listFiles',
    summary: 'Lists files, newest first.',
    query: listFilesQuerySchema,
    answer: pageOf(fileObjectSchema),
  },
  'GET /v1/files/:id': {
    id: 'retrieveFile',
    summary: 'Describes a file, of what it was made, and what holds rows of it.',
    answer: retrievedFileSchema,
  },
  'DELETE /v1/files/:id': {
    id: 'deleteFile',
    summary: 'Deletes a file and its bytes, and says which jobs hold rows of it.',
    query: deleteFileQuerySchema,
    answer: deletedFileSchema,
  },
  'GET /v1/files/:id/content': {
    id: 'downloadFile',
    summary: 'Sends the bytes of a file.',
    answer: 'application/octet-stream',
  },
  [`POST /${jobs}`]: {
    id: 'createFineTuningJob',
    summary:
      'Creates a fine-tuning job, or with dry_run=true none: then the answer is the estimate of it.',
    query: createJobQuerySchema,
    body: createJobSchema,
    answer: z.union([jobObjectSchema, estimateSchema]),
  },
  [`POST /${jobs}/estimate`]: {
    id: 'estimateFineTuningJob',
    summary:
      'Says what a job would be refused for, its steps, tokens and time, without creating it; 202 while its files are read.',
    body: createJobSchema,
    answer: estimateSchema,
  },
  [`GET /${jobs}`]: {
    id: 'listFineTuningJobs',
    summary: 'Lists jobs, newest first; metadata[key]=value narrows the list.',
    query: listJobsQuerySchema,
    answer: pageOf(jobObjectSchema),
  },
  [`GET /${jobs}/:id`]: {
    id: 'retrieveFineTuningJob',
    summary: 'Describes a job.',
    answer: jobObjectSchema,
  },
  [`POST /${jobs}/:id/cancel`]: {
    id: 'cancelFineTuningJob',
    summary: 'Cancels a job.',
    answer: jobObjectSchema,
  },
  [`POST /${jobs}/:id/pause`]: {
    id: 'pauseFineTuningJob',
    summary: 'Pauses a job.',
    answer: jobObjectSchema,
  },
  [`POST /${jobs}/:id/resume`]: {
    id: 'resumeFineTuningJob',
    summary: 'Puts a paused job, or one that the infrastructure failed, back into the queue.',
    answer: jobObjectSchema,
  },
  [`GET /${jobs}/:id/events`]: {
    id: 'listFineTuningEvents',
    summary:
      'Lists what happened to a job, newest first. An event whose data has seen_rows names rows that are hardly learnt, by line, with first_loss and last_loss.',
    query: listEventsQuerySchema,
    answer: pageOf(eventObjectSchema),
    alternative: 'text/event-stream',
  },
  [`GET /${jobs}/:id/checkpoints`]: {
    id: 'listFineTuningJobCheckpoints',
    summary: 'Lists the checkpoints of a job, newest step first.',
    query: listCheckpointsQuerySchema,
    answer: pageOf(checkpointObjectSchema),
  },
  'POST /v1/fine_tuning/alpha/graders/run': {
    id: 'runGrader',
    summary: 'Grades one answer.',
    body: runGraderSchema,
    answer: graderRunSchema,
  },
  'POST /v1/fine_tuning/alpha/graders/validate': {
    id: 'validateGrader',
    summary: 'Checks a grader without running it.',
    body: validateGraderSchema,
    answer: validatedGraderSchema,
  },
  'DELETE /v1/lathe/jobs/:id': {
    id: 'eraseJob',
    summary:
      'Erases a job that is over with its models, datasets, checkpoints, reports and events.',
    answer: erasedJobSchema,
  },
  'GET /v1/lathe/jobs/:id/report': {
    id: 'retrieveEvaluationReport',
    summary: 'How the tuned model compares with its baselines.',
    answer: evaluationReportSchema,
  },
  'GET /v1/lathe/jobs/:id/report.html': {
    id: 'showEvaluation',
    summary: 'How the tuned model compares, as a page that is complete in itself.',
    answer: 'text/html',
  },
  'GET /v1/lathe/jobs/:id/dataset': {
    id: 'retrieveDatasetReport',
    summary: 'What was found in the files of a job.',
    answer: datasetReportSchema,
  },
  'GET /v1/lathe/jobs/:id/model': {
    id: 'listModelFiles',
    summary: 'Lists the files of the model that a job made.',
    answer: modelFolder,
  },
  'GET /v1/lathe/jobs/:id/model/:file{.+}': {
    id: 'downloadModelFile',
    summary: 'Sends one file of the model that a job made.',
    answer: 'application/octet-stream',
  },
  'GET /v1/lathe/jobs/:id/dataset.html': {
    id: 'showDataset',
    summary: 'What was found in the files of a job, as a page that is complete in itself.',
    answer: 'text/html',
  },
  'GET /v1/lathe/workers': {
    id: 'listWorkers',
    summary:
      'Shows the pool of workers, how many jobs of which project wait for it, and which models evaluators have in memory.',
    answer: poolSchema,
  },
  'GET /v1/lathe/usage': {
    id: 'retrieveUsage',
    summary:
      'What the project used, day by day: jobs, trained tokens and answered tokens by model.',
    query: usageQuerySchema,
    answer: usageObjectSchema,
  },
  'POST /v1/lathe/sign_in_codes': {
    id: 'createSignInCode',
    summary:
      'Makes a code that signs one browser of the machine that Lathe runs on in to the dashboard, once and within ten minutes.',
    answer: signInCodeSchema,
  },
  'POST /v1/lathe/aliases': {
    id: 'setAlias',
    summary: 'Gives a model or a job another name by which it is asked, or moves that name.',
    body: aliasRequestSchema,
    answer: aliasObjectSchema,
  },
  'GET /v1/lathe/aliases': {
    id: 'listAliases',
    summary: 'Lists aliases by name, with the models that answer now.',
    query: listAliasesQuerySchema,
    answer: pageOf(aliasObjectSchema),
  },
  'DELETE /v1/lathe/aliases/:alias{.+}': {
    id: 'deleteAlias',
    summary: 'Takes an alias away; the model stays.',
    answer: deleted('lathe.alias'),
  },
  'GET /v1/models': {
    id: 'listModels',
    summary: 'Lists base models, then tuned ones, then aliases.',
    answer: list(modelObjectSchema),
  },
  'GET /v1/models/:name{.+}': {
    id: 'retrieveModel',
    summary: 'Describes a model, or the one that an alias stands for.',
    answer: modelObjectSchema,
  },
  'DELETE /v1/models/:name{.+}': {
    id: 'deleteModel',
    summary: 'Deletes a tuned model.',
    answer: deleted('model'),
  },
};
