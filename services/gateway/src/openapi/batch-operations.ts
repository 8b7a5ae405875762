import {
  batchObjectSchema,
  createBatchSchema,
  listBatchesQuerySchema,
} from '@lathe/contracts/http/batch';
import { type Operation, pageOf } from './operation.ts';

const batches = 'v1/batches';

/** The routes of batches. */
export const batchOperations: Readonly<Record<string, Operation>> = {
  [`POST /${batches}`]: {
    id: 'createBatch',
    summary: 'Begins a batch: the requests of a file, answered within a day into another one.',
    body: createBatchSchema,
    answer: batchObjectSchema,
  },
  [`GET /${batches}`]: {
    id: 'listBatches',
    summary: 'Lists batches, newest first.',
    query: listBatchesQuerySchema,
    answer: pageOf(batchObjectSchema),
  },
  [`GET /${batches}/:batch_id`]: {
    id: 'getBatch',
    summary: 'One batch.',
    answer: batchObjectSchema,
  },
  [`POST /${batches}/:batch_id/cancel`]: {
    id: 'cancelBatch',
    summary: 'Cancels a batch; what was answered until then is in its files.',
    answer: batchObjectSchema,
  },
};
