import { z } from 'zod';
import { objectRefSchema } from '../artifact/dataset.ts';
import { LatheError, wireErrorSchema } from '../error.ts';
import { datasetRequestSchema, filesOfRequest } from '../http/dataset.ts';
import { jobRecordSchema } from '../job/record.ts';
import { headFields } from './head.ts';

/** What a file is looked at for: the job that it may be the training file of. */
const inspectInputSchema = z.object({
  kind: z.literal('inspect'),
  trainingFile: z.string(),
  validationFile: z.string().nullable(),
  /** As the job would have it; without a method where the rows may say it. */
  job: jobRecordSchema.pick({
    seed: true,
    method: true,
    hyperparameters: true,
    options: true,
    start: true,
    grader: true,
  }),
  /** The model as the request names it; null: one that can be taught by the rows. */
  model: z.string().nullable(),
});

/** A file that is made of files. */
const datasetInputSchema = z.object({
  kind: z.literal('dataset'),
  request: datasetRequestSchema,
});

/** What is to be done, by its kind. */
const dataWorkInputSchema = z.discriminatedUnion('kind', [inspectInputSchema, datasetInputSchema]);
export type DataWorkInput = z.infer<typeof dataWorkInputSchema>;
export type DataWorkKind = DataWorkInput['kind'];
/** The input of each kind. */
export type DataWorkInputs = { [Kind in DataWorkKind]: Extract<DataWorkInput, { kind: Kind }> };

/** How far it is: bytes read of those that there are, and rows. */
const dataWorkProgressSchema = z.object({
  bytes: z.number().int(),
  totalBytes: z.number().int(),
  rows: z.number().int(),
});
export type DataWorkProgress = z.infer<typeof dataWorkProgressSchema>;

/** What came of it: objects of the artifact store that belong to it, by name, and files that it made. */
const dataWorkResultSchema = z.object({
  objects: z.record(z.string(), objectRefSchema),
  files: z.array(z.string()),
});
type DataWorkResult = z.infer<typeof dataWorkResultSchema>;

/** States of data work as the API shows them. */
export const dataWorkStateSchema = z.enum([
  'queued',
  'running',
  'succeeded',
  'failed',
  'cancelled',
]);

/**
 * A piece of work of a project on its data that is no job: looking at a file, making one of others. Its message lies on
 * the queue `data`; it changes only by compare-and-set, and what is over never changes again.
 */
export const dataWorkRecordSchema = z.object({
  ...headFields,
  state: dataWorkStateSchema,
  input: dataWorkInputSchema,
  progress: dataWorkProgressSchema.nullable(),
  result: dataWorkResultSchema.nullable(),
  error: wireErrorSchema.nullable(),
  /** How often it was begun since that message server was started. */
  attempt: z.object({ server: z.string(), count: z.number().int() }).optional(),
  finishedAt: z.number().int().nullable(),
});
/**
 * @example const work: DataWorkRecord = dataWorkRecordSchema.parse(JSON.parse(text));
 */
export type DataWorkRecord = z.infer<typeof dataWorkRecordSchema>;

/** Of one kind. */
export type DataWorkOf<Kind extends DataWorkKind> = DataWorkRecord & {
  readonly input: DataWorkInputs[Kind];
};

/** Whether it is of that kind. */
export function isOfKind<Kind extends DataWorkKind>(
  work: DataWorkRecord,
  kind: Kind,
): work is DataWorkOf<Kind> {
  return work.input.kind === kind;
}

/** Whether nothing can happen to it any more. */
export function isOver({ state }: Pick<DataWorkRecord, 'state'>): boolean {
  return state !== 'queued' && state !== 'running';
}

/** How data work ends. */
export type DataWorkEnd =
  | { readonly state: 'succeeded'; readonly result: DataWorkResult }
  | { readonly state: 'failed'; readonly error: NonNullable<DataWorkRecord['error']> }
  | { readonly state: 'cancelled' };

/** The record at its end, in Unix seconds. Throws `invalid_state` for one that is over. */
export function endDataWork(record: DataWorkRecord, end: DataWorkEnd, now: number): DataWorkRecord {
  if (isOver(record))
    throw new LatheError(
      'invalid_state',
      `${record.id} is ${record.state} and cannot become ${end.state}.`,
      { retryable: false },
    );
  return { ...record, ...end, finishedAt: now };
}

/** The files that it reads. */
const filesRead: { [Kind in DataWorkKind]: (input: DataWorkInputs[Kind]) => string[] } = {
  inspect: ({ trainingFile, validationFile, job }) => [
    trainingFile,
    ...(job.options.data?.more_files ?? []),
    ...(validationFile === null ? [] : [validationFile]),
  ],
  dataset: ({ request }) => filesOfRequest(request),
};

/** The ids of the files that a piece of data work reads. */
export function filesOfWork({ input }: Pick<DataWorkRecord, 'input'>): string[] {
  const read = <Kind extends DataWorkKind>(kind: Kind, one: DataWorkInputs[Kind]): string[] =>
    filesRead[kind](one);
  return read(input.kind, input);
}
