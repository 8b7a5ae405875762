import { z } from 'zod';
import { replyFrames } from './reply.ts';

const textPair = z.object({ text: z.string(), pair: z.string().nullable() });
const texts = z.array(z.string()).min(1);

/** Ways in which the tokens of an entity become one. */
export const aggregations = ['none', 'simple', 'first', 'average', 'max'] as const;
/** What scores become before they are told. */
export const scoreFunctions = ['none', 'sigmoid', 'softmax'] as const;

/** What is asked of the texts, every default resolved but those that a model decides (null). */
const askedSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('text-classification'),
    inputs: z.array(textPair).min(1),
    topK: z.number().int().nullable(),
    /** null: by the kind of problem that the model was taught. */
    apply: z.enum(scoreFunctions).nullable(),
    /** Labels in the order of the model; else the highest score first. */
    inOrder: z.boolean(),
  }),
  z.object({
    kind: z.literal('token-classification'),
    inputs: texts,
    aggregation: z.enum(aggregations),
    ignoreLabels: z.array(z.string()),
    /** Tokens that two windows of a long text share; null: a text has to fit. */
    stride: z.number().int().nullable(),
  }),
  z.object({
    kind: z.literal('question-answering'),
    inputs: z.array(z.object({ question: z.string(), context: z.string() })).min(1),
    topK: z.number().int(),
    docStride: z.number().int().nullable(),
    maxAnswerLen: z.number().int(),
    maxSeqLen: z.number().int().nullable(),
    maxQuestionLen: z.number().int().nullable(),
    impossible: z.boolean(),
    alignToWords: z.boolean(),
  }),
  z.object({
    kind: z.literal('fill-mask'),
    inputs: texts,
    topK: z.number().int(),
    targets: z.array(z.string()).nullable(),
  }),
  /** One number for each pair of texts: the model's score, or the cosine of their vectors. */
  z.object({ kind: z.literal('similarity'), inputs: z.array(textPair).min(1) }),
  z.object({ kind: z.literal('feature-extraction'), inputs: texts }),
]);
export type Asked = z.infer<typeof askedSchema>;

/** A request for predictions as the gateway hands it to an evaluator. */
export const predictionQuestionSchema = z.object({
  version: z.literal(1),
  requestId: z.string(),
  project: z.string(),
  model: z.string(),
  /** Field of the user's request that holds the inputs: faults name the place in it. */
  param: z.string(),
  /** Whether the user sent a list. */
  isList: z.boolean(),
  asked: askedSchema,
});
export type PredictionQuestion = z.infer<typeof predictionQuestionSchema>;

/** One of the labels with its score. */
export const labelScoreSchema = z.object({ label: z.string(), score: z.number() });
export type LabelScore = z.infer<typeof labelScoreSchema>;

/** A token or a group of tokens with their label; `start` and `end` count code points. */
export const entitySchema = z.object({
  entity: z.string().optional(),
  entity_group: z.string().optional(),
  score: z.number(),
  index: z.number().int().optional(),
  word: z.string(),
  start: z.number().int(),
  end: z.number().int(),
});
export type Entity = z.infer<typeof entitySchema>;

/** A part of the context that answers a question; `start` and `end` count code points. */
export const spanAnswerSchema = z.object({
  answer: z.string(),
  score: z.number(),
  start: z.number().int(),
  end: z.number().int(),
});
export type SpanAnswer = z.infer<typeof spanAnswerSchema>;

/** A word for a masked place. */
export const filledSchema = z.object({
  score: z.number(),
  token: z.number().int(),
  token_str: z.string(),
  sequence: z.string(),
});
export type Filled = z.infer<typeof filledSchema>;

/** What comes of one input, by what was asked. */
const predictionSchema = z.union([
  z.number(),
  z.array(labelScoreSchema),
  z.array(entitySchema),
  z.array(spanAnswerSchema),
  z.array(filledSchema),
  z.array(z.array(filledSchema)),
]);
export type Prediction = z.infer<typeof predictionSchema>;

/**
 * What an evaluator publishes on the request's reply subject: `accepted` at once, `waiting` while nothing else happens,
 * `answers` or `rows` for some inputs after another, in their order, and last either `done` or `error`.
 */
export const predictionReplySchema = z.discriminatedUnion('kind', [
  ...replyFrames,
  z.object({ kind: z.literal('answers'), answers: z.array(predictionSchema) }),
  z.object({
    kind: z.literal('rows'),
    /** Numbers of one row. */
    dimensions: z.number().int().min(1),
    /** Rows of one input one after another as little-endian float32, in base64. */
    data: z.string(),
    /** Whether the input has no more of them. */
    isLast: z.boolean(),
  }),
  z.object({
    kind: z.literal('done'),
    /** Tokens that were read. */
    promptTokens: z.number().int(),
  }),
]);
export type PredictionReply = z.infer<typeof predictionReplySchema>;
