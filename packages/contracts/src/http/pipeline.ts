import { z } from 'zod';
import {
  aggregations,
  entitySchema,
  filledSchema,
  labelScoreSchema,
  scoreFunctions,
  spanAnswerSchema,
} from '../message/prediction.ts';
import { mostInputs } from './embedding.ts';

const some = <Item extends z.ZodType>(item: Item) =>
  z.union([item, z.array(item).min(1).max(mostInputs)]);
const text = z.string();
const count = z.number().int().min(1);
const question = z.strictObject({ question: z.string(), context: z.string() });
/** Clients of Hugging Face may send these; nothing depends on them. */
const options = z
  .strictObject({ use_cache: z.boolean(), wait_for_model: z.boolean() })
  .partial()
  .nullish();
const body = <Inputs extends z.ZodType, Parameters extends z.ZodRawShape>(
  inputs: Inputs,
  parameters: Parameters,
) => z.strictObject({ inputs, parameters: z.strictObject(parameters).nullish(), options });

/** Bodies of POST /v1/lathe/models/{model}/pipeline, by the pipeline that the model's task asks for. */
export const pipelineBodies = {
  'text-classification': body(
    some(z.union([text, z.strictObject({ text, text_pair: text.nullish() })])),
    {
      top_k: count.nullish(),
      function_to_apply: z.enum(scoreFunctions).nullish(),
    },
  ),
  'token-classification': body(some(text), {
    aggregation_strategy: z.enum(aggregations).nullish(),
    ignore_labels: z.array(z.string()).nullish(),
    stride: z.number().int().min(0).nullish(),
  }),
  'question-answering': body(some(question), {
    top_k: count.max(100).nullish(),
    doc_stride: z.number().int().min(0).nullish(),
    max_answer_len: count.nullish(),
    max_seq_len: count.nullish(),
    max_question_len: count.nullish(),
    handle_impossible_answer: z.boolean().nullish(),
    align_to_words: z.boolean().nullish(),
  }),
  'fill-mask': body(some(text), {
    top_k: count.max(1000).nullish(),
    targets: some(z.string().min(1)).nullish(),
  }),
  'feature-extraction': body(some(text), {}),
  'sentence-similarity': body(
    z.strictObject({ source_sentence: text, sentences: z.array(text).min(1).max(mostInputs) }),
    {},
  ),
} as const;
export type PipelineKind = keyof typeof pipelineBodies;

const depth = (row: z.ZodType) => z.array(row);
/** Answers of the pipelines: of one input, or a list of such for several. */
export const pipelineAnswerSchema = z.union([
  depth(z.array(labelScoreSchema)),
  z.array(entitySchema),
  depth(z.array(entitySchema)),
  spanAnswerSchema,
  z.array(spanAnswerSchema),
  depth(z.array(spanAnswerSchema)),
  z.array(filledSchema),
  depth(z.array(filledSchema)),
  depth(depth(z.array(z.number()))),
  z.array(z.number()),
]);
