import { chatCompletionSchema, chatRequestSchema } from '@lathe/contracts/http/chat';
import {
  classificationListSchema,
  classifyRequestSchema,
  rerankListSchema,
  rerankRequestSchema,
  scoreListSchema,
  scoreRequestSchema,
} from '@lathe/contracts/http/classify';
import { completionRequestSchema, completionSchema } from '@lathe/contracts/http/completion';
import { embeddingListSchema, embeddingRequestSchema } from '@lathe/contracts/http/embedding';
import { moderationRequestSchema, moderationSchema } from '@lathe/contracts/http/moderation';
import { pipelineAnswerSchema, pipelineBodies } from '@lathe/contracts/http/pipeline';
import { z } from 'zod';
import type { Operation } from './operation.ts';

/** The routes that ask models. */
export const askOperations: Readonly<Record<string, Operation>> = {
  'POST /v1/chat/completions': {
    id: 'createChatCompletion',
    summary: 'Answers a chat, whole or, with stream, as server-sent events.',
    body: chatRequestSchema,
    answer: chatCompletionSchema,
    alternative: 'text/event-stream',
  },
  'POST /v1/completions': {
    id: 'createCompletion',
    summary: 'Goes on from a text, with the text before it and its log-probabilities on request.',
    body: completionRequestSchema,
    answer: completionSchema,
    alternative: 'text/event-stream',
  },
  'POST /v1/embeddings': {
    id: 'createEmbedding',
    summary: 'Gives texts as vectors.',
    body: embeddingRequestSchema,
    answer: embeddingListSchema,
  },
  'POST /v1/lathe/models/:name{.+}/pipeline': {
    id: 'runPipeline',
    summary: 'Asks a model what it was taught, in the shapes of Hugging Face pipelines.',
    body: z.union(Object.values(pipelineBodies)),
    answer: pipelineAnswerSchema,
  },
  'POST /v1/classify': {
    id: 'classify',
    summary: 'Gives texts the probabilities of labels.',
    body: classifyRequestSchema,
    answer: classificationListSchema,
  },
  'POST /v1/score': {
    id: 'createScore',
    summary: 'Scores texts or pairs of texts.',
    body: scoreRequestSchema,
    answer: scoreListSchema,
  },
  'POST /v1/moderations': {
    id: 'createModeration',
    summary: 'Says which labels of a model that was taught several apply to texts.',
    body: moderationRequestSchema,
    answer: moderationSchema,
  },
  'POST /v1/rerank': {
    id: 'rerank',
    summary: 'Orders documents by their relevance to a query.',
    body: rerankRequestSchema,
    answer: rerankListSchema,
  },
};
