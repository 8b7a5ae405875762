import { z } from 'zod';
import { taskSchema } from './task.ts';

/** A relative difference; null: there is nothing to compare. */
const difference = z.number().nullable();

/** How far this engine's numbers lie from PyTorch's, on tiny models of a family: the largest relative differences of all that was compared. */
const familyParitySchema = z.object({
  outputs: difference.describe('of logits or hidden states, by the same weights'),
  losses: difference.describe('of losses of 20 steps of training, over all methods and objectives'),
  gradients: difference.describe('of gradients, over all methods and objectives'),
  adapter: difference.describe('of what peft computes from exported adapters'),
  merged: difference.describe('of what transformers computes from exported models'),
});
export type FamilyParity = z.infer<typeof familyParitySchema>;

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
    /** Of one that is asked for by its name: the family of its base model, as transformers names it; null: it is not known. */
    family: z.string().nullable().optional(),
    /** Of one that is asked for by its name: what was measured of its family; null: nothing was. */
    parity: familyParitySchema.nullable().optional(),
    /** Of an alias: the model that it stands for now. */
    alias_of: z.string().optional(),
  }),
});
export type ModelObject = z.infer<typeof modelObjectSchema>;
