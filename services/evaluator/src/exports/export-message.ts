import { exportReplaySchema } from '@lathe/contracts/http/export';
import { z } from 'zod';

/** What the process that exports is told: folders on this machine, and what to make of them. */
export const toExporterSchema = z.object({
  model: z.string(),
  adapter: z.string().nullable(),
  kind: z.enum(['merged', 'onnx', 'gguf', 'modelfile']),
  dtype: z.enum(['f32', 'f16', 'q8_0', 'q8']).nullable(),
  out: z.string(),
});
export type ToExporter = z.infer<typeof toExporterSchema>;

/** What it answers, once. `refused`: the format cannot hold the model. */
export const fromExporterSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('done'),
    dtype: z.string(),
    replay: exportReplaySchema,
    notes: z.array(z.string()),
  }),
  z.object({ kind: z.literal('refused'), message: z.string() }),
]);
export type FromExporter = z.infer<typeof fromExporterSchema>;
