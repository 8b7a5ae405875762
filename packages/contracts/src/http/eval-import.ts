import { z } from 'zod';
import { evalObjectSchema } from './eval.ts';
import { createRunSchema } from './eval-run.ts';
import { fileObjectSchema } from './file.ts';

/** Body of POST /v1/lathe/evals/import. */
export const importEvalSchema = z.strictObject({
  format: z
    .enum(['promptfoo', 'promptfoo_results', 'openai_evals', 'lm_eval'])
    .describe(
      "promptfoo's configuration, YAML or JSON; the JSON of its results; an eval of OpenAI's as Langfuse's script exports it; the YAML of a task of lm-evaluation-harness",
    ),
  content: z.string().min(1).describe('the text of that file'),
  model: z
    .string()
    .min(1)
    .max(256)
    .describe('asked instead of the models of then, and judges instead of them'),
  documents: z
    .string()
    .optional()
    .describe('the documents of a task of lm-evaluation-harness, as JSON Lines'),
  name: z.string().max(256).optional(),
});
export type ImportEval = z.infer<typeof importEvalSchema>;

/** What became of one part of what was imported. */
const importFindingSchema = z.object({
  at: z.string().describe('the part, such as tests[2].assert[0]'),
  outcome: z.enum(['kept', 'changed', 'impossible']),
  message: z.string(),
});
export type ImportFinding = z.infer<typeof importFindingSchema>;

/** Answer of POST /v1/lathe/evals/import. */
export const importedEvalSchema = z.object({
  object: z.literal('lathe.eval_import'),
  eval: evalObjectSchema,
  file: fileObjectSchema.describe('the rows'),
  runs: z.array(createRunSchema).describe('bodies for POST /v1/evals/{id}/runs, one a prompt'),
  findings: z.array(importFindingSchema),
});
export type ImportedEval = z.infer<typeof importedEvalSchema>;
