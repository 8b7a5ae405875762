import { z } from 'zod';
import { wireErrorSchema } from '../error.ts';
import { dataWorkStateSchema } from '../record/data-work.ts';
import { queuePlaceSchema } from './queue.ts';
import { taskSchema } from './task.ts';

/**
 * The `lathe.estimate` object: what a job would be, from a request that creates none. What is not known is null.
 * @example
 * const response = await fetch('http://127.0.0.1:8080/v1/fine_tuning/jobs/estimate', { method: 'POST', body: '{}' });
 * const { steps, refusals }: Estimate = estimateSchema.parse(await response.json());
 */
export const estimateSchema = z.object({
  object: z.literal('lathe.estimate'),
  /** Of the reading of the files; null where the request is refused before that. */
  status: dataWorkStateSchema.nullable(),
  /** The inspection that reads the files, which also has all that was found in them. */
  inspection: z.string().nullable(),
  /** What the job would be refused or fail with; empty: nothing that is known. */
  refusals: z.array(wireErrorSchema),
  model: z.string(),
  task: taskSchema.nullable(),
  /** Decides which rows are held out: that of the request, else 1; a job without one draws its own. */
  seed: z.number().int(),
  /** Peak memory of the training in bytes: as a worker tells of it, or told of a job of the project with the same model, method and options; null where none tells. */
  memory_bytes: z.number().nullable(),
  /** Bytes on disks: null where the request is refused, or its rows are not read yet. */
  disk_bytes: z
    .object({
      /** Of the rows in tokens and in words, as the store keeps them. */
      dataset: z.number().int(),
      /** Of the model that the job ends in, which each checkpoint has too; null where no worker tells. */
      model: z.number().int().nullable(),
      /** Models that are kept: the result, and the checkpoints before it where nothing stops it early. */
      models: z.number().int().nullable(),
      /** Of what is kept to go on from while it trains, and goes when it is over. */
      states: z.number().int().nullable(),
      /** The most in the store, and on the disk of the worker, which has the rows and one checkpoint at a time. */
      store: z.number().int().nullable(),
      worker: z.number().int().nullable(),
    })
    .nullable(),
  /** Rows to train on, and those that are held out. */
  training_rows: z.number().int().nullable(),
  held_out_rows: z.number().int().nullable(),
  /** The smallest gain in right answers, from 0 to 1, that a verdict on the held-out rows finds in 80 of 100 cases. */
  detectable_gain: z.number().nullable(),
  /** The same in a sentence, with the rows that would show 5 points; absent where that is not known. */
  held_out_rows_show: z.string().optional(),
  /** Tokens of all epochs. */
  training_tokens: z.number().int().nullable(),
  epochs: z.number().int().nullable(),
  batch_size: z.number().int().nullable(),
  learning_rate: z.number().nullable(),
  /** Optimizer steps, where nothing stops it early. */
  steps: z.number().int().nullable(),
  /** Seconds from its first step to its verdict, as fast as the slowest and the fastest of the project's newest jobs alike. */
  seconds: z
    .object({ least: z.number().int(), most: z.number().int(), jobs: z.number().int() })
    .nullable(),
  /** Where the job would stand if it were created now; null where it would be refused. */
  queue: queuePlaceSchema.nullable(),
});
export type Estimate = z.infer<typeof estimateSchema>;
