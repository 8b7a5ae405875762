import { z } from 'zod';
import { unsupported } from './nothing.ts';

const name = z.string().min(1).max(256);
/** A text with `{{ item.… }}` and `{{ sample.… }}` in it. */
const template = z.string().max(100_000);
const model = z.string().min(1).max(256);

const textBlock = z.strictObject({ type: z.enum(['input_text', 'output_text']), text: template });
const block = z.union([template, textBlock]);
const message = z.strictObject({
  role: z.enum(['user', 'assistant', 'system', 'developer']),
  content: z.union([block, z.array(block).min(1)], {
    error:
      'must be a text of at most 100,000 characters, or blocks of type input_text or output_text; images and sound are not taken',
  }),
  type: z.literal('message').optional(),
});
/** Messages whose texts are templates. */
export const templateMessagesSchema = z.array(message).min(1).max(256);

/** What is taken for passed in an evaluation; a grader alone only has its reward. */
const passThreshold = z.number().nullish();

const stringCheckSchema = z.strictObject({
  type: z.literal('string_check'),
  name,
  input: template,
  reference: template,
  /** Equal, unequal, or holding the reference, `ilike` whatever the case. */
  operation: z.enum(['eq', 'ne', 'like', 'ilike']),
});

export const similarityMetrics = [
  'cosine',
  'fuzzy_match',
  'bleu',
  'gleu',
  'meteor',
  'rouge_1',
  'rouge_2',
  'rouge_3',
  'rouge_4',
  'rouge_5',
  'rouge_l',
] as const;

const textSimilaritySchema = z.strictObject({
  type: z.literal('text_similarity'),
  name,
  input: template,
  reference: template,
  evaluation_metric: z.enum(similarityMetrics),
  /** Of Lathe: whose vectors `cosine` compares, unless it is what stands for OpenAI's model here. */
  model: model.optional(),
  pass_threshold: passThreshold,
});

/** Whose vectors OpenAI compares for `cosine`, where its graders name no model. */
const openAiVectors = 'text-embedding-3-large';

/**
 * The model of a grader; undefined for one that asks none.
 *
 * @example modelOf({ type: 'text_similarity', name: 'near', input: 'a', reference: 'b', evaluation_metric: 'bleu' }); // undefined
 */
export function modelOf(grader: SingleGrader): string | undefined {
  if (grader.type !== 'text_similarity') return 'model' in grader ? grader.model : undefined;
  return grader.evaluation_metric === 'cosine' ? (grader.model ?? openAiVectors) : undefined;
}

/** An end of a range of scores. */
const bound = z.number().min(-1e30).max(1e30);

const scoreModelSchema = z.strictObject({
  type: z.literal('score_model'),
  name,
  model,
  input: templateMessagesSchema,
  /** Lowest and highest score; 0 to 1 when left out. */
  range: z
    .tuple([bound, bound])
    .refine(([low, high]) => low < high, { error: 'must go from a lower to a higher number' })
    .nullish(),
  sampling_params: z
    .strictObject({
      max_completions_tokens: z.number().int().min(1).nullish(),
      reasoning_effort: unsupported(),
      seed: z.number().int().nullish(),
      temperature: z.number().min(0).max(2).nullish(),
      top_p: z.number().gt(0).max(1).nullish(),
    })
    .nullish(),
  pass_threshold: passThreshold,
});

/** Of Lathe: where a row has what a person says of it, so that a run tells how far the judge agrees with people. */
const humanLabel = template.optional();

const labelModelSchema = z
  .strictObject({
    type: z.literal('label_model'),
    name,
    model,
    input: templateMessagesSchema,
    labels: z.array(z.string().min(1).max(256)).min(1).max(256),
    passing_labels: z.array(z.string()).min(1),
    /** A judge's label is always its likeliest. */
    sampling_params: unsupported(),
    human_label: humanLabel,
  })
  .refine((grader) => grader.passing_labels.every((label) => grader.labels.includes(label)), {
    path: ['passing_labels'],
    error: 'must be among the labels',
  });

/** What a judge of two answers may say of them. */
export const pairLabels = ['answer', 'other', 'tie'] as const;

/** Of Lathe: a model that is asked which of two answers is better, twice, so that neither gains by its place. */
const pairwiseModelSchema = z.strictObject({
  type: z.literal('pairwise_model'),
  name,
  model,
  question: template,
  answer: template.default('{{ sample.output_text }}'),
  /** What the answer is held against. */
  other: template,
  /** What makes an answer the better one. */
  instructions: template.optional(),
  /** "answer", "other" or "tie". */
  human_label: humanLabel,
  pass_threshold: passThreshold,
});

const source = z.string().min(1).max(256_000);
const pythonSchema = z.strictObject({
  type: z.literal('python'),
  name,
  source,
  image_tag: z.string().max(64).nullish(),
  pass_threshold: passThreshold,
});

/** Of Lathe: a program that defines `grade(sample, item)` and runs by itself, without files, network or clock of others. */
const javascriptSchema = z.strictObject({
  type: z.literal('javascript'),
  name,
  source,
  pass_threshold: passThreshold,
});

const singleGraderSchema = z.discriminatedUnion('type', [
  stringCheckSchema,
  textSimilaritySchema,
  scoreModelSchema,
  labelModelSchema,
  pairwiseModelSchema,
  pythonSchema,
  javascriptSchema,
]);
export type SingleGrader = z.infer<typeof singleGraderSchema>;

const mostGraders = 32;

/** Graders by the names that the formula has for them: one grader, a list, or a map, as clients and guides write them. */
const severalSchema = z.union([
  singleGraderSchema,
  z.array(singleGraderSchema).min(1).max(mostGraders),
  z
    .record(name, singleGraderSchema)
    .refine((graders) => Object.keys(graders).length <= mostGraders, {
      error: `must have at most ${mostGraders} graders`,
    }),
]);

/** Whether what a `multi` has is one grader, and no list or map of them: the member `type` of a map is no text. */
export function isSingleGrader(graders: z.infer<typeof severalSchema>): graders is SingleGrader {
  return !Array.isArray(graders) && typeof graders.type === 'string';
}

const multiSchema = z.strictObject({
  type: z.literal('multi'),
  name,
  graders: severalSchema,
  calculate_output: z.string().min(1).max(4096),
  pass_threshold: passThreshold,
});

/** A grader as OpenAI writes it, or one of ours. */
export const graderSchema = z.discriminatedUnion('type', [
  ...singleGraderSchema.options,
  multiSchema,
]);
export type Grader = z.infer<typeof graderSchema>;

/** Body of POST /v1/fine_tuning/alpha/graders/validate. */
export const validateGraderSchema = z.strictObject({ grader: graderSchema });
export type CheckGrader = z.infer<typeof validateGraderSchema>;
export const validatedGraderSchema = z.object({ grader: graderSchema });

/** Body of POST /v1/fine_tuning/alpha/graders/run. */
export const runGraderSchema = z.strictObject({
  grader: graderSchema,
  /** What the model answered: `sample.output_text`, and `sample.output_json` where it is JSON. */
  model_sample: z.string().max(1_000_000),
  /** The row: `item`. */
  item: z.unknown().optional(),
});

export type RunGrader = z.infer<typeof runGraderSchema>;

/** What went wrong in a run, one flag a kind, exactly those of OpenAI's clients. */
export const graderErrorsSchema = z.object({
  formula_parse_error: z.boolean(),
  sample_parse_error: z.boolean(),
  truncated_observation_error: z.boolean(),
  unresponsive_reward_error: z.boolean(),
  invalid_variable_error: z.boolean(),
  other_error: z.boolean(),
  python_grader_server_error: z.boolean(),
  python_grader_server_error_type: z.string().nullable(),
  python_grader_runtime_error: z.boolean(),
  python_grader_runtime_error_details: z.string().nullable(),
  model_grader_server_error: z.boolean(),
  model_grader_refusal_error: z.boolean(),
  model_grader_parse_error: z.boolean(),
  model_grader_server_error_details: z.string().nullable(),
});
export type GraderErrors = z.infer<typeof graderErrorsSchema>;

/** Answer of POST /v1/fine_tuning/alpha/graders/run. */
export const graderRunSchema = z.object({
  /** 0 where an error stands. */
  reward: z.number(),
  metadata: z.object({
    name: z.string(),
    type: z.string(),
    errors: graderErrorsSchema,
    /** Seconds. */
    execution_time: z.number(),
    scores: z.record(z.string(), z.number()),
    token_usage: z.number().int().nullable(),
    sampled_model_name: z.string().nullable(),
  }),
  /** Of each grader of a multi grader. */
  sub_rewards: z.record(z.string(), z.number()),
  model_grader_token_usage_per_model: z.record(z.string(), z.number().int()),
});
export type GraderRun = z.infer<typeof graderRunSchema>;
