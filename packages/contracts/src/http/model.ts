import { z } from 'zod';
import { taskSchema } from './task.ts';

/** The `model` object. */
export const modelObjectSchema = z.object({
  id: z.string(),
  object: z.literal('model'),
  created: z.number().int(),
  owned_by: z.string(),
  /** Extension: what the model was taught, which decides where it is asked; null: its hidden states alone. */
  lathe: z.object({
    task: taskSchema.nullable(),
    /** The base model that a tuned one stands on. */
    base: z.string().nullable(),
    /** Of one that is asked for by its name: the licence of its base model, as that one's folder names it; null: it names none. */
    licence: z.string().nullable().optional(),
    /** Of an alias: the model that it stands for now. */
    alias_of: z.string().optional(),
  }),
});
export type ModelObject = z.infer<typeof modelObjectSchema>;
