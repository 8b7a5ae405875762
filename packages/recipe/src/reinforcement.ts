import { z } from 'zod';

const share = (text: string) => z.number().positive().describe(text);

/**
 * What the losses of reinforcement take; defaults are those of TRL (GRPOConfig, RLOOConfig).
 * @example policySettings.parse({ loss: 'rloo' }).beta; // 0.05
 */
export const policySettings = z
  .strictObject({
    loss: z
      .enum(['dapo', 'grpo', 'dr_grpo', 'rloo'])
      .default('dapo')
      .describe(
        'dapo, grpo and dr_grpo compare an answer with its group and differ in how they weigh long answers; rloo compares it with the others of its group, as a whole',
      ),
    ratio: z
      .enum(['token', 'sequence'])
      .optional()
      .describe('what is clipped: each token of an answer (the default) or the answer as a whole'),
    epsilon: share('how far a ratio may fall before it is clipped').lt(1).default(0.2),
    epsilonHigh: share(
      'how far a ratio may rise before it is clipped; epsilon by default',
    ).optional(),
    beta: z
      .number()
      .min(0)
      .optional()
      .describe('how strongly the model is held to what it was at the start; 0, of rloo 0.05'),
    scaleRewards: z
      .enum(['group', 'batch', 'none'])
      .optional()
      .describe('whose spread of rewards advantages are divided by; group by default'),
    maskTruncated: z
      .boolean()
      .default(false)
      .describe('learn nothing from answers that were cut off'),
    temperature: share('of the answers that are sampled').default(1),
    maxCompletionTokens: z.int().positive().default(512),
  })
  .superRefine(({ loss, ratio, scaleRewards }, context) => {
    for (const [name, value] of Object.entries({ ratio, scaleRewards }))
      if (loss === 'rloo' && value !== undefined)
        context.addIssue({ code: 'custom', path: [name], message: 'rloo takes none' });
  })
  .transform(({ ratio, epsilonHigh, beta, scaleRewards, ...rest }) => ({
    ...rest,
    ratio: rest.loss === 'rloo' ? ('sequence' as const) : (ratio ?? 'token'),
    epsilonHigh: epsilonHigh ?? rest.epsilon,
    beta: beta ?? (rest.loss === 'rloo' ? 0.05 : 0),
    scaleRewards: scaleRewards ?? 'group',
  }));
