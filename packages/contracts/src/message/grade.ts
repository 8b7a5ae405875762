import { z } from 'zod';
import { wireErrorSchema } from '../error.ts';
import { graderSchema } from '../http/grader.ts';

/** Answers to be graded, as who trains hands them to an evaluator: a request with one reply, told in parts by nobody. */
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

/** What came of one answer: a finite reward, or one sentence that says why it has none. */
const gradeSchema = z.union([z.object({ reward: z.number() }), z.object({ error: z.string() })]);
export type Grade = z.infer<typeof gradeSchema>;

/**
 * The reply: a grade for each item in their order, with the tokens that models read and wrote for them; or why nothing was
 * graded, such as `rate_limit_exceeded` of an evaluator that has enough to do.
 */
export const gradeReplySchema = z.union([
  z.object({ grades: z.array(gradeSchema), tokens: z.number().int() }),
  z.object({ error: wireErrorSchema }),
]);
export type GradeReply = z.infer<typeof gradeReplySchema>;
