import { z } from 'zod';
import { wireErrorSchema } from '../error.ts';
import { taskSchema } from '../http/task.ts';
import { datasetReportSchema } from './dataset.ts';
import { unsureShapeSchema } from './detection.ts';

/** What a job would find in a file, and whether it would take it. */
export const inspectionReportSchema = z.object({
  version: z.literal(1),
  /** What a job with this file would fail with; null: it would train on it. */
  refusal: wireErrorSchema.nullable(),
  /** What there is to choose from where it is refused because it is not sure what its columns are, or because none has the name that was said. */
  unsure: unsureShapeSchema.optional(),
  /** The base or tuned model that it was looked at for; null where no model that is offered learns from such rows. */
  model: z.string().nullable(),
  /**
   * Where the request names no model: base models that come before the one that was taken by name and were not, each with a clause
   * that says why; absent where there are none, and in older reports.
   */
  passedOver: z.array(z.object({ model: z.string(), why: z.string() })).optional(),
  /** What the rows would teach, with its labels where they are known; null where they can teach nothing. */
  task: taskSchema.nullable(),
  /** The method of a job that learns from such rows; absent where they can teach nothing, and in older reports. */
  method: z.enum(['supervised', 'dpo', 'reinforcement']).optional(),
  /** As the job's own report would be; null where the file cannot be read at all. */
  dataset: datasetReportSchema.nullable(),
  /** What the job would train, and on what; absent where it would not, and in reports of before this was told. */
  plan: z
    .object({
      epochs: z.number().int(),
      batchSize: z.number().int(),
      learningRate: z.number(),
      /** Of an epoch: what `batchSize` counts. */
      examples: z.number().int(),
      /** Of all epochs, where nothing stops the training early. */
      steps: z.number().int(),
      trainRows: z.number().int(),
      /** Of an epoch. */
      trainTokens: z.number().int(),
      heldOutRows: z.number().int(),
      /** The smallest gain in right answers that the rows that are scored show; null: none is small enough. */
      detectableGain: z.number().nullable(),
      /** The same in a sentence, with the rows that would show 5 points; absent where none are held out, and in older reports. */
      shows: z.string().optional(),
    })
    .optional(),
  /**
   * Of the repaired file: its rows, which are those of the training file that are right, each once and in one form; how
   * many were left out because they say the same as one before; and how many lost characters that no text has. Absent
   * where no row is right.
   */
  repaired: z
    .object({
      rows: z.number().int(),
      repeated: z.number().int(),
      mended: z.number().int().default(0),
    })
    .optional(),
});
/**
 * @example const report: InspectionReport = inspectionReportSchema.parse(JSON.parse(text));
 */
export type InspectionReport = z.infer<typeof inspectionReportSchema>;

/** The objects of an inspection by their names in its record. */
export const inspectionObjects = {
  report: 'report.json',
  repaired: 'repaired.jsonl',
  /** Of the dataset that the job would train on (datasetManifestSchema), which is not kept itself. */
  manifest: 'manifest.json',
  /** Those of the job, with every `auto` resolved (resolvedSettingsSchema). */
  settings: 'settings.json',
} as const;
