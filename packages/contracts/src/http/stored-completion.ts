import { z } from 'zod';
import { chatCompletionSchema, chatMessageSchema, chatRequestSchema } from './chat.ts';
import { limitSchema } from './list.ts';
import { metadataSchema } from './metadata.ts';

/** What people said of an answer. */
export const feedbackSchema = z.object({
  rating: z.enum(['up', 'down']).nullable().describe('a thumb'),
  better_answer: z.string().nullable().describe('what should have been answered'),
  note: z.string().nullable(),
});
export type Feedback = z.infer<typeof feedbackSchema>;

/** What of a request is kept with its answer. */
const askedSchema = chatRequestSchema.pick({
  ...{ temperature: true, top_p: true, seed: true, presence_penalty: true },
  ...{ frequency_penalty: true, response_format: true, tools: true, tool_choice: true },
});

/** A stored completion, as it is told: the answer with what was asked, without the messages. */
export const storedCompletionSchema = chatCompletionSchema.extend({
  metadata: z.record(z.string(), z.string()).nullable(),
  ...askedSchema.shape,
  lathe: z.object({ feedback: feedbackSchema.nullable() }),
});
export type StoredCompletion = z.infer<typeof storedCompletionSchema>;

/** As it lies in the artifact store. */
export const keptCompletionSchema = z.object({
  version: z.literal(1),
  messages: z.array(chatMessageSchema),
  asked: askedSchema,
  completion: chatCompletionSchema,
});
/** @example const { messages }: KeptCompletion = keptCompletionSchema.parse(JSON.parse(text)); */
export type KeptCompletion = z.infer<typeof keptCompletionSchema>;

/** Body of POST /v1/chat/completions/{id}. */
export const updateCompletionSchema = z.strictObject({ metadata: metadataSchema.nullable() });

const time = z.number().int().nullish().describe('Unix seconds');
const order = z.enum(['asc', 'desc']).default('asc');

/** Which stored completions are meant; pairs of metadata come as `metadata[key]=value`. */
export const listCompletionsQuerySchema = z.strictObject({
  after: z.string().optional(),
  limit: limitSchema(20, 100),
  order,
  model: z.string().optional(),
  metadata: metadataSchema.optional(),
});

export const listMessagesQuerySchema = z.strictObject({
  after: z.string().optional(),
  limit: limitSchema(20, 100),
  order,
});

/** A message that was asked, with a place in its list. */
export const storedMessageSchema = z.object({
  id: z.string(),
  role: z.string(),
  content: z.string().nullable(),
  name: z.string().nullable(),
  content_parts: z.array(z.object({ type: z.literal('text'), text: z.string() })).nullable(),
  tool_calls: z.array(z.unknown()).optional(),
  tool_call_id: z.string().optional(),
});
export type StoredMessage = z.infer<typeof storedMessageSchema>;

export const deletedCompletionSchema = z.object({
  object: z.literal('chat.completion.deleted'),
  id: z.string(),
  deleted: z.literal(true),
});

/** Body of POST /v1/lathe/feedback. */
export const feedbackRequestSchema = z.strictObject({
  completion_id: z.string(),
  rating: z.enum(['up', 'down']).nullish().describe('a thumb'),
  better_answer: z
    .string()
    .min(1)
    .max(100_000)
    .nullish()
    .describe('a correction, or what would be better'),
  note: z.string().max(4096).nullish(),
});
export type FeedbackRequest = z.infer<typeof feedbackRequestSchema>;

export const feedbackObjectSchema = feedbackSchema.extend({
  object: z.literal('lathe.feedback'),
  completion_id: z.string(),
});

/** Stored completions by what they are, oldest first. */
export const completionFilterSchema = z.strictObject({
  model: z.string().nullish(),
  metadata: metadataSchema.nullish(),
  created_after: time,
  created_before: time,
  limit: z.number().int().min(1).max(10_000).nullish().describe('10,000'),
});
export type CompletionFilter = z.infer<typeof completionFilterSchema>;

/** Body of POST /v1/lathe/completions/dataset. */
export const completionDatasetSchema = completionFilterSchema.extend({
  rows: z
    .enum(['chats', 'preferences', 'judged'])
    .default('chats')
    .describe(
      'chats: every answer, or the better one that people gave, without those that they rated down; preferences: the better answer beside the one that was given; judged: answers with a thumb',
    ),
});
export type CompletionDataset = z.infer<typeof completionDatasetSchema>;
