import { z } from 'zod';
import { type Grader, graderSchema } from './grader.ts';
import { limitSchema } from './list.ts';
import { metadataSchema } from './metadata.ts';

const name = z.string().max(256);
const jsonSchema = z.record(z.string(), z.unknown());

/** What the rows of an eval are like. */
const configRequestSchema = z.discriminatedUnion(
  'type',
  [
    z.strictObject({
      type: z.literal('custom'),
      item_schema: jsonSchema.describe('JSON Schema of the `item` of each row'),
      include_sample_schema: z
        .boolean()
        .optional()
        .describe('whether graders read `sample`: what a model answers, or what rows bring along'),
    }),
    z.strictObject({ type: z.literal('logs'), metadata: jsonSchema.nullish() }),
    z.strictObject({ type: z.literal('stored_completions'), metadata: jsonSchema.nullish() }),
  ],
  { error: 'must be "custom", "logs" or "stored_completions"' },
);

/** Most testing criteria of one eval. */
const mostCriteria = 32;

/** Whether a grader that has no threshold of its own needs one to tell what passes. */
const lacksThreshold = (grader: Grader): boolean =>
  grader.type === 'text_similarity' && grader.pass_threshold == null;

/** A grader with what passes; a criterion is known by its name. */
const criterionSchema = graderSchema.refine((grader) => !lacksThreshold(grader), {
  path: ['pass_threshold'],
  error: 'must be the least similarity that passes',
});

const criteriaSchema = z
  .array(criterionSchema)
  .min(1)
  .max(mostCriteria)
  .superRefine((criteria, context) => {
    const names = criteria.map((criterion) => criterion.name);
    const twice = names.findIndex((each, at) => names.indexOf(each) < at);
    if (twice >= 0)
      context.addIssue({
        code: 'custom',
        path: [twice, 'name'],
        message: `must differ from the other criteria: ${JSON.stringify(names[twice])} is there twice`,
      });
  });

/** Body of POST /v1/evals. */
export const createEvalSchema = z.strictObject({
  name: name.optional(),
  metadata: metadataSchema.nullish(),
  data_source_config: configRequestSchema,
  testing_criteria: criteriaSchema,
});
export type CreateEval = z.infer<typeof createEvalSchema>;

/** Body of POST /v1/evals/{id}: what may change. */
export const updateEvalSchema = z.strictObject({
  name: name.optional(),
  metadata: metadataSchema.nullish(),
});
export type UpdateEval = z.infer<typeof updateEvalSchema>;

const order = z.enum(['asc', 'desc']).default('asc');

export const listEvalsQuerySchema = z.strictObject({
  after: z.string().optional(),
  limit: limitSchema(20, 100),
  order,
  order_by: z.enum(['created_at', 'updated_at']).default('created_at'),
});

/** What the rows are like, with the JSON Schema of a whole row. */
export const dataSourceConfigSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('custom'), schema: jsonSchema }),
  z.object({ type: z.literal('logs'), metadata: jsonSchema.nullable(), schema: jsonSchema }),
  z.object({
    type: z.literal('stored_completions'),
    metadata: jsonSchema.nullable(),
    schema: jsonSchema,
  }),
]);

/** The `eval` object. */
export const evalObjectSchema = z.object({
  id: z.string(),
  object: z.literal('eval'),
  created_at: z.number().int(),
  name: z.string(),
  metadata: metadataSchema.nullable(),
  data_source_config: dataSourceConfigSchema,
  testing_criteria: z.array(graderSchema),
});
export type EvalObject = z.infer<typeof evalObjectSchema>;

export const deletedEvalSchema = z.object({
  object: z.literal('eval.deleted'),
  deleted: z.literal(true),
  eval_id: z.string(),
});
