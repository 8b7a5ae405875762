import { z } from 'zod';
import { wireErrorSchema } from '../error.ts';
import { limitSchema } from './list.ts';

/** What a tuned model can be downloaded as. */
export const exportFormatSchema = z.enum(['adapter', 'merged', 'onnx', 'gguf', 'modelfile']);

const dtypes = { onnx: ['f32', 'q8'], gguf: ['f16', 'f32', 'q8_0'] } as const;

/** Body of POST /v1/lathe/models/{name}/exports. */
export const createExportSchema = z
  .strictObject({
    format: exportFormatSchema.describe(
      'the PEFT adapter; a whole Hugging Face folder; the layout of Transformers.js; a file for llama.cpp; a folder for ollama create',
    ),
    dtype: z
      .enum([...new Set([...dtypes.onnx, ...dtypes.gguf])])
      .optional()
      .describe('how weights are stored: f32 or q8 of onnx, f16, f32 or q8_0 of gguf'),
  })
  .refine(
    ({ format, dtype }) =>
      dtype === undefined ||
      ((format === 'onnx' || format === 'gguf') &&
        (dtypes[format] as readonly string[]).includes(dtype)),
    { path: ['dtype'], error: 'must be f32 or q8 with onnx, or f16, f32 or q8_0 with gguf' },
  );
export type CreateExport = z.infer<typeof createExportSchema>;

/** States of an export as the API shows them. */
export const exportStateSchema = z.enum(['queued', 'running', 'succeeded', 'failed']);

/** How far the answers of an export lie from those of the trainer. */
export const exportReplaySchema = z.object({
  absolute: z.number().describe('largest difference of any logit'),
  relative: z.number().describe('the same, divided by the largest logit'),
  tolerance: z.number().describe('the relative difference that is allowed'),
});

/** The `lathe.export` object: a tuned model in a form to download. */
export const exportObjectSchema = z.object({
  id: z.string(),
  object: z.literal('lathe.export'),
  created_at: z.number().int(),
  finished_at: z.number().int().nullable(),
  model: z.string(),
  format: exportFormatSchema,
  dtype: z.string().nullable().describe('how most weights are stored, once it is known'),
  status: exportStateSchema,
  error: wireErrorSchema.nullable(),
  bytes: z.number().int().nullable().describe('of all files'),
  files: z.array(z.object({ name: z.string(), bytes: z.number().int(), sha256: z.string() })),
  replay: exportReplaySchema
    .nullable()
    .describe("null of the model's own files, which are what it answers with"),
  notes: z.array(z.string()).describe('what to know before using it'),
});
export type ExportObject = z.infer<typeof exportObjectSchema>;

/** Query of GET /v1/lathe/exports. */
export const listExportsQuerySchema = z.object({
  after: z.string().optional(),
  limit: limitSchema(20, 100),
  model: z.string().optional(),
});
