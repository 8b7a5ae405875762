import { z } from 'zod';
import { heldBySchema } from './file.ts';

const ids = z.array(z.string());

/** What went with a job, and what of it still lies elsewhere. */
export const erasedJobSchema = z.object({
  id: z.string(),
  object: z.literal('fine_tuning.job'),
  deleted: z.literal(true),
  erased: z.object({
    models: ids.describe('names of the models that the job made, its checkpoints among them'),
    files: ids.describe('result files of the job'),
    events: z.number().int(),
    objects: z.number().int().describe('datasets, shards, checkpoints and reports, in objects'),
  }),
  still: z.object({
    files: ids.describe('files with the rows of the job: delete them to erase the rows, too'),
    jobs: ids.describe('jobs that go on from a model of the job, with a copy of it'),
  }),
});
export type ErasedJob = z.infer<typeof erasedJobSchema>;

/** The answer to the deletion of a file; `lathe` says what holds its rows still, or went with it. */
export const deletedFileSchema = z.object({
  id: z.string(),
  object: z.literal('file'),
  deleted: z.literal(true),
  lathe: heldBySchema.extend({
    erased_jobs: z.array(erasedJobSchema).describe('jobs that ?cascade=true erased'),
    erased_files: ids.describe('files made of it that ?cascade=true erased'),
    eval_runs: ids.describe('runs of evals that hold rows of the file or of those made of it'),
    erased_eval_runs: ids.describe('runs of evals that ?cascade=true erased'),
    batches: ids.describe('batches that read the file, or made it'),
    erased_batches: ids.describe('batches that ?cascade=true erased, with their files'),
  }),
});
export type DeletedFile = z.infer<typeof deletedFileSchema>;

export const deleteFileQuerySchema = z.strictObject({
  cascade: z
    .enum(['true', 'false'])
    .default('false')
    .describe(
      'true: files that were made of it, and jobs, runs of evals and batches that hold rows of any, are erased with it',
    ),
});
