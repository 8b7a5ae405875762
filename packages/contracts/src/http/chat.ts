import { z } from 'zod';
import { mostTools, toolCallSchema, toolName } from '../artifact/tool.ts';
import { metadataSchema } from './metadata.ts';
import { unsupported, unsupportedEvenEmpty } from './nothing.ts';

const textPart = z.strictObject({ type: z.literal('text'), text: z.string() });

/** A call of an earlier answer, as it was sent. */
const chatCallSchema = z.strictObject({
  id: z.string().min(1).max(256),
  type: z.literal('function'),
  function: z.strictObject({ name: z.string().min(1).max(64), arguments: z.string() }),
});

/**
 * A message of a chat request; content may be a string or a list of text parts. What an answer carries beside its
 * text comes back from clients empty, which asks for nothing.
 */
export const chatMessageSchema = z.strictObject({
  role: z.enum(['system', 'developer', 'user', 'assistant', 'tool']),
  content: z.union([z.string(), z.array(textPart)]).nullish(),
  name: z.string().nullish(),
  refusal: unsupported(),
  annotations: unsupported(),
  audio: unsupported(),
  tool_calls: z.array(chatCallSchema).max(mostTools).nullish(),
  /** Of a tool message: the call whose result it is. */
  tool_call_id: z.string().nullish(),
  function_call: unsupported(),
  reasoning_content: unsupported(),
});

const penalty = z.number().min(-2).max(2);

/**
 * A JSON Schema as it came; which keywords can be kept to is found out where answers are made. It is not walked here:
 * what parsed it as JSON has seen to its depth (json-depth.ts).
 */
export const jsonSchemaSchema = z.union([z.boolean(), z.record(z.string(), z.unknown())]);
export type JsonSchema = z.infer<typeof jsonSchemaSchema>;

/** A tool that may be called; its arguments keep to its schema, where `strict` in any case. */
export const chatToolSchema = z.strictObject({
  type: z.literal('function'),
  function: z.strictObject({
    name: z.string().regex(toolName),
    description: z.string().nullish(),
    parameters: z.record(z.string(), z.unknown()).nullish(),
    strict: z.boolean().nullish(),
  }),
});

export const responseFormatSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text') }),
  z.strictObject({ type: z.literal('json_object') }),
  z.strictObject({
    type: z.literal('json_schema'),
    json_schema: z.strictObject({
      name: z.string().regex(/^[\w-]{1,64}$/),
      description: z.string().optional(),
      schema: jsonSchemaSchema.optional(),
      /** The answer keeps to the schema either way. */
      strict: z.boolean().nullish(),
    }),
  }),
]);

/** Body of POST /v1/chat/completions. What is not supported is refused by name, never ignored. */
export const chatRequestSchema = z.strictObject({
  model: z.string().min(1).max(256),
  messages: z.array(chatMessageSchema).min(1).max(2048),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().gt(0).max(1).nullish(),
  max_tokens: z.number().int().min(1).nullish(),
  max_completion_tokens: z.number().int().min(1).nullish(),
  stop: z.union([z.string(), z.array(z.string()).max(4)]).nullish(),
  seed: z.number().int().nullish(),
  n: z.number().int().min(1).max(8).nullish(),
  logprobs: z.boolean().nullish(),
  top_logprobs: z.number().int().min(0).max(20).nullish(),
  logit_bias: z
    .record(
      z.string().regex(/^\d+$/, 'the id of a token is expected'),
      z.number().min(-100).max(100),
    )
    .nullish(),
  presence_penalty: penalty.nullish(),
  frequency_penalty: penalty.nullish(),
  response_format: responseFormatSchema.nullish(),
  stream: z.boolean().nullish(),
  stream_options: z
    .strictObject({ include_usage: z.boolean().nullish(), include_obfuscation: unsupported(false) })
    .nullish(),
  store: z
    .boolean()
    .nullish()
    .describe('keep what is asked and answered: listed by GET /v1/chat/completions'),
  metadata: metadataSchema.nullish(),
  user: z.string().max(512).nullish(),
  safety_identifier: z.string().max(512).nullish(),
  prompt_cache_key: z.string().max(512).nullish(),
  tools: z.array(chatToolSchema).max(mostTools).nullish(),
  tool_choice: z
    .union([
      z.enum(['none', 'auto', 'required']),
      z.strictObject({
        type: z.literal('function'),
        function: z.strictObject({ name: z.string() }),
      }),
    ])
    .nullish(),
  parallel_tool_calls: z.boolean().nullish(),
  functions: unsupported(),
  function_call: unsupported('none', 'auto'),
  modalities: z.array(z.literal('text')).nullish(),
  audio: unsupported(),
  prediction: unsupported(),
  reasoning_effort: unsupported(),
  verbosity: unsupported(),
  web_search_options: unsupportedEvenEmpty(),
  moderation: unsupported(),
  prompt_cache_options: unsupported(),
  prompt_cache_retention: unsupported('in_memory'),
  service_tier: unsupported('auto', 'default'),
});
export type ChatRequest = z.infer<typeof chatRequestSchema>;

/** Log-probability of one token, in nats. */
export const tokenLogprobSchema = z.object({
  token: z.string(),
  logprob: z.number(),
  bytes: z.array(z.number().int()).nullable(),
  top_logprobs: z.array(
    z.object({
      token: z.string(),
      logprob: z.number(),
      bytes: z.array(z.number().int()).nullable(),
    }),
  ),
});
export type TokenLogprob = z.infer<typeof tokenLogprobSchema>;

export const usageSchema = z.object({
  prompt_tokens: z.number().int(),
  completion_tokens: z.number().int(),
  total_tokens: z.number().int(),
  /** Of the prompt's tokens those that were not read, because what they leave was kept. */
  prompt_tokens_details: z.object({ cached_tokens: z.number().int() }).optional(),
});
export type Usage = z.infer<typeof usageSchema>;

export const finishReasonSchema = z.enum(['stop', 'length', 'tool_calls']);

/** The `chat.completion` object. */
export const chatCompletionSchema = z.object({
  id: z.string(),
  object: z.literal('chat.completion'),
  created: z.number().int(),
  model: z.string(),
  choices: z.array(
    z.object({
      index: z.number().int(),
      message: z.object({
        role: z.literal('assistant'),
        /** null where the answer is calls alone. */
        content: z.string().nullable(),
        refusal: z.null(),
        tool_calls: z.array(toolCallSchema).optional(),
      }),
      finish_reason: finishReasonSchema,
      logprobs: z.object({ content: z.array(tokenLogprobSchema), refusal: z.null() }).nullable(),
    }),
  ),
  usage: usageSchema,
  system_fingerprint: z.string(),
});
export type ChatCompletion = z.infer<typeof chatCompletionSchema>;
