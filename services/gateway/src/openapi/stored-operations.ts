import { fileObjectSchema } from '@lathe/contracts/http/file';
import {
  completionDatasetSchema,
  deletedCompletionSchema,
  feedbackObjectSchema,
  feedbackRequestSchema,
  listCompletionsQuerySchema,
  listMessagesQuerySchema,
  storedCompletionSchema,
  storedMessageSchema,
  updateCompletionSchema,
} from '@lathe/contracts/http/stored-completion';
import { type Operation, pageOf } from './operation.ts';

const completions = 'v1/chat/completions';
const one = `${completions}/:completion_id`;

/** The routes of stored completions and what people say of them. */
export const storedOperations: Readonly<Record<string, Operation>> = {
  [`GET /${completions}`]: {
    id: 'listStoredCompletions',
    summary: 'Lists completions that were asked for with store: true, oldest first.',
    query: listCompletionsQuerySchema,
    answer: pageOf(storedCompletionSchema),
  },
  [`GET /${one}`]: {
    id: 'getStoredCompletion',
    summary: 'One stored completion.',
    answer: storedCompletionSchema,
  },
  [`POST /${one}`]: {
    id: 'updateStoredCompletion',
    summary: 'Changes the metadata of a stored completion.',
    body: updateCompletionSchema,
    answer: storedCompletionSchema,
  },
  [`DELETE /${one}`]: {
    id: 'deleteStoredCompletion',
    summary: 'Deletes a stored completion with what was asked.',
    answer: deletedCompletionSchema,
  },
  [`GET /${one}/messages`]: {
    id: 'listStoredMessages',
    summary: 'Lists the messages that were asked.',
    query: listMessagesQuerySchema,
    answer: pageOf(storedMessageSchema),
  },
  'POST /v1/lathe/feedback': {
    id: 'giveFeedback',
    summary: 'Says of a stored completion whether it is good, or what would be better.',
    body: feedbackRequestSchema,
    answer: feedbackObjectSchema,
  },
  'POST /v1/lathe/completions/dataset': {
    id: 'makeCompletionDataset',
    summary: 'Makes a training file of stored completions and what people said of them.',
    body: completionDatasetSchema,
    answer: fileObjectSchema,
  },
};
