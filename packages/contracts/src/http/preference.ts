import { z } from 'zod';

const losses = ['sigmoid', 'ipo', 'hinge', 'robust', 'orpo', 'simpo', 'kto'] as const;
const smoothed: readonly unknown[] = [undefined, 'sigmoid', 'robust', 'simpo'];

/** What pairs of answers, or judged ones, are trained with, beside OpenAI's `beta`: an extension of ours. */
export const preferenceSchema = z
  .strictObject({
    loss: z
      .enum(losses)
      .optional()
      .describe(
        'sigmoid is DPO; ipo, hinge and robust are its relatives; orpo and simpo need no reference model; kto takes single answers that are labelled good or bad',
      ),
    gamma: z
      .number()
      .min(0)
      .max(100)
      .optional()
      .describe('simpo: the lead in reward that the preferred answer should have'),
    label_smoothing: z
      .number()
      .min(0)
      .lt(0.5)
      .optional()
      .describe('share of pairs taken to be the wrong way round'),
    desirable_weight: z
      .number()
      .min(0)
      .max(100)
      .optional()
      .describe('kto: of the answers labelled true'),
    undesirable_weight: z
      .number()
      .min(0)
      .max(100)
      .optional()
      .describe('kto: of the answers labelled false'),
  })
  .refine(({ loss, desirable_weight }) => desirable_weight === undefined || loss === 'kto', {
    path: ['desirable_weight'],
    message: 'only the loss kto has weights',
  })
  .refine(({ loss, undesirable_weight }) => undesirable_weight === undefined || loss === 'kto', {
    path: ['undesirable_weight'],
    message: 'only the loss kto has weights',
  })
  .refine(({ loss, gamma }) => gamma === undefined || loss === 'simpo', {
    path: ['gamma'],
    message: 'only the loss simpo has a gamma',
  })
  .refine(({ loss, label_smoothing }) => label_smoothing === undefined || smoothed.includes(loss), {
    path: ['label_smoothing'],
    message: 'only the losses sigmoid, robust and simpo have label smoothing',
  });

/** The same with every default filled in. */
export const resolvedPreferenceSchema = z.object({
  loss: z.enum(losses),
  beta: z.number().positive(),
  gamma: z.number().optional(),
  label_smoothing: z.number().optional(),
  desirable_weight: z.number().optional(),
  undesirable_weight: z.number().optional(),
});
export type ResolvedPreference = z.infer<typeof resolvedPreferenceSchema>;
