import { z } from 'zod';
import { limitSchema } from './list.ts';

/** Visible characters, and blanks between them. */
const visible = /^[^\s\p{Cc}](?:[^\p{Cc}]*[^\s\p{Cc}])?$/u;

/** Body of POST /v1/lathe/aliases. */
export const aliasRequestSchema = z
  .strictObject({
    alias: z
      .string()
      .max(256)
      .regex(visible, 'must be a name of visible characters')
      .describe('what code says instead, such as ft:gpt-4o-mini:acme::abc or gpt-4.1'),
    model: z.string().min(1).max(512).optional().describe('a model of the project'),
    job: z
      .string()
      .optional()
      .describe('a job: its newest checkpoint answers while it trains, and its model after'),
  })
  .refine(({ model, job }) => (model === undefined) !== (job === undefined), {
    path: ['model'],
    message: 'an alias stands for a model or a job, not both',
  });
export type AliasRequest = z.infer<typeof aliasRequestSchema>;

/** The `lathe.alias` object. */
export const aliasObjectSchema = z.object({
  id: z.string().describe('the alias'),
  object: z.literal('lathe.alias'),
  created_at: z.number().int(),
  alias: z.string(),
  model: z.string().nullable().describe('what answers now; null: nothing does'),
  job: z.string().nullable().describe('the job that it follows'),
});
export type AliasObject = z.infer<typeof aliasObjectSchema>;

export const listAliasesQuerySchema = z.strictObject({
  after: z.string().optional(),
  limit: limitSchema(20, 100),
});
