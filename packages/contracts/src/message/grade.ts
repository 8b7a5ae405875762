import { z } from 'zod';
import { graderSchema } from '../http/grader.ts';
import { replyFrames } from './reply.ts';

/** Answers to be graded, as who trains hands them to an evaluator. */
export const gradeRequestSchema = z.object({
  version: z.literal(1),
  requestId: z.string(),
  project: z.string(),
  grader: graderSchema,
  /** An answer each, with the row that it answers. */
  items: z
    .array(z.object({ item: z.unknown(), sample: z.object({ output_text: z.string() }) }))
    .min(1),
});
export type GradeRequest = z.infer<typeof gradeRequestSchema>;

/** What came of one answer: a finite reward, of a multi grader with what each of its graders gave, or one sentence that says why it has none. */
const gradeSchema = z.union([
  z.object({ reward: z.number(), parts: z.record(z.string(), z.number()).optional() }),
  z.object({ error: z.string() }),
]);
export type Grade = z.infer<typeof gradeSchema>;

/**
 * What an evaluator publishes on the request's reply subject: `accepted` at once, `waiting` while it grades, and last `done` with a
 * grade for each item in their order and the tokens that models read and wrote for them, or `error` where nothing was graded.
 */
export const gradeReplySchema = z.discriminatedUnion('kind', [
  ...replyFrames,
  z.object({ kind: z.literal('done'), grades: z.array(gradeSchema), tokens: z.number().int() }),
]);
export type GradeReply = z.infer<typeof gradeReplySchema>;
