import { z } from 'zod';

/** What stands in a lineage. */
const lineageKindSchema = z.enum([
  'file',
  'dataset',
  'job',
  'base_model',
  'model',
  'checkpoint',
  'eval',
  'eval_run',
  'export',
  'alias',
]);
export type LineageKind = z.infer<typeof lineageKindSchema>;

/** The `lathe.lineage_graph` object: of what something was made, and what was made of it. */
export const lineageGraphSchema = z.object({
  object: z.literal('lathe.lineage_graph'),
  id: z.string().describe('what was asked for; of a checkpoint by its id, the name of its model'),
  nodes: z.array(
    z.object({
      id: z.string(),
      kind: lineageKindSchema,
      label: z.string().nullable().describe('a name that people gave'),
      status: z.string().nullable(),
      created_at: z.number().int().nullable(),
      exists: z.boolean().describe('false: it was deleted, and only its name is left'),
    }),
  ),
  edges: z.array(
    z.object({
      from: z.string(),
      to: z.string().describe('what was made of it, or uses it'),
    }),
  ),
  is_complete: z.boolean().describe('false: there is more than the nearest nodes that are shown'),
});
export type LineageGraph = z.infer<typeof lineageGraphSchema>;
