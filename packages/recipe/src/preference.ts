import { z } from 'zod';
import { ruled } from './rules.ts';

const beta = z
  .number()
  .positive()
  .default(0.1)
  .describe('how strongly the model is held to what it was at the start');
const gamma = z
  .number()
  .min(0)
  .default(0.5)
  .describe('simpo: the lead in reward that the preferred answer should have');
const labelSmoothing = z
  .number()
  .min(0)
  .lt(0.5)
  .default(0)
  .describe('sigmoid, robust, simpo: share of pairs taken to be the wrong way round');
const desirableWeight = z.number().min(0).default(1).describe('kto: of the answers labelled true');
const undesirableWeight = z
  .number()
  .min(0)
  .default(1)
  .describe('kto: of the answers labelled false');

/** What each loss takes; defaults are those of TRL. */
export const lossSettings = {
  dpo: z.strictObject({
    loss: z.enum(['sigmoid', 'ipo', 'hinge', 'robust']).default('sigmoid'),
    beta,
    labelSmoothing,
  }),
  /** Here beta is the weight of the odds ratio beside the loss of next tokens (λ in the paper). */
  orpo: z.strictObject({ beta: z.number().min(0).default(0.1) }),
  simpo: z.strictObject({ beta, gamma, labelSmoothing }),
  kto: z.strictObject({ beta, desirableWeight, undesirableWeight }),
};

const smoothed: readonly unknown[] = [undefined, 'sigmoid', 'robust', 'simpo'];

const settings = z.strictObject({
  loss: z
    .enum(['sigmoid', 'ipo', 'hinge', 'robust', 'orpo', 'simpo', 'kto'])
    .default('sigmoid')
    .describe(
      'sigmoid is DPO; ipo, hinge and robust are its relatives; orpo and simpo need no reference model; kto takes single answers that are labelled good or bad',
    ),
  beta,
  gamma,
  labelSmoothing,
  desirableWeight,
  undesirableWeight,
});

/**
 * What pairs of answers, or judged ones, are trained with.
 * @example preferenceSchema.parse({ loss: 'simpo' });
 */
export const preferenceSchema = ruled(
  settings,
  ...(['desirableWeight', 'undesirableWeight'] as const).map((at) => ({
    at,
    breaks: (given: z.input<typeof settings>) => given[at] !== undefined && given.loss !== 'kto',
    message: 'only the loss kto has weights',
  })),
  {
    at: 'gamma',
    breaks: ({ loss, gamma: given }) => given !== undefined && loss !== 'simpo',
    message: 'only the loss simpo has a gamma',
  },
  {
    at: 'labelSmoothing',
    breaks: ({ loss, labelSmoothing: given }) => given !== undefined && !smoothed.includes(loss),
    message: 'only the losses sigmoid, robust and simpo have label smoothing',
  },
);
export type Preference = z.output<typeof preferenceSchema>;
