import { z } from 'zod';

const losses = ['sigmoid', 'ipo', 'hinge', 'robust', 'orpo', 'simpo'] as const;
const smoothed: readonly unknown[] = [undefined, 'sigmoid', 'robust', 'simpo'];

/** What pairs of answers are trained with, beside OpenAI's `beta`: an extension of ours. */
export const preferenceSchema = z
  .strictObject({
    loss: z
      .enum(losses)
      .optional()
      .describe(
        'sigmoid is DPO; ipo, hinge and robust are its relatives; orpo and simpo need no reference model',
      ),
    gamma: z
      .number()
      .min(0)
      .optional()
      .describe('simpo: the lead in reward that the preferred answer should have'),
    label_smoothing: z
      .number()
      .min(0)
      .lt(0.5)
      .optional()
      .describe('share of pairs taken to be the wrong way round'),
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
});
export type ResolvedPreference = z.infer<typeof resolvedPreferenceSchema>;
