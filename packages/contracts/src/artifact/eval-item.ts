import { z } from 'zod';
import {
  itemResultSchema,
  itemSampleSchema,
  itemStatusSchema,
  modelUsageSchema,
} from '../http/eval-run.ts';

/** An answered row of a run as it is stored, once and for good. */
export const evalItemSchema = z.object({
  version: z.literal(1),
  index: z.number().int(),
  createdAt: z.number().int(),
  status: itemStatusSchema,
  item: z.record(z.string(), z.unknown()),
  results: z.array(itemResultSchema),
  sample: itemSampleSchema,
  /** Of every model that was asked for it. */
  usage: z.array(modelUsageSchema),
});
export type EvalItem = z.infer<typeof evalItemSchema>;
