import { z } from 'zod';
import { type Naming, ruled } from './rules.ts';

const share = (text: string) => z.number().positive().describe(text);

const fields = z.strictObject({
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
  maxCompletionTokens: z
    .int()
    .positive()
    .default(512)
    .describe('longest answer that is sampled; less where the context is shorter'),
});

const ofGroups = ['ratio', 'scaleRewards'] as const;

/**
 * What the losses of reinforcement take; defaults are those of TRL (GRPOConfig, RLOOConfig).
 * @example policySettings.parse({ loss: 'rloo' }).beta; // 0.05
 */
export const policySettings = fields
  .superRefine((given, context) => {
    for (const name of ofGroups)
      if (given.loss === 'rloo' && given[name] !== undefined)
        context.addIssue({ code: 'custom', path: [name], message: 'rloo takes none' });
  })
  .transform(({ ratio, epsilonHigh, beta, scaleRewards, ...rest }) => ({
    ...rest,
    ratio: rest.loss === 'rloo' ? ('sequence' as const) : (ratio ?? 'token'),
    epsilonHigh: epsilonHigh ?? rest.epsilon,
    beta: beta ?? (rest.loss === 'rloo' ? 0.05 : 0),
    scaleRewards: scaleRewards ?? 'group',
  }));

const settings = fields.extend({
  groupSize: z
    .int()
    .min(2)
    .default(8)
    .describe('answers to each prompt, which are compared with each other'),
  grader: z
    .record(z.string(), z.unknown())
    .optional()
    .describe('what rewards answers; who trains asks it'),
  evaluateEvery: z
    .int()
    .min(1)
    .optional()
    .describe('steps between two gradings of held-out prompts; those between checkpoints'),
  evaluationSamples: z.int().min(1).default(1).describe('answers to each held-out prompt'),
});

/**
 * What a model learns from the rewards of its own answers with: its batches are of prompts, each with a group of answers.
 * @example reinforcementSchema.parse({ loss: 'rloo' }).groupSize; // 8
 */
export const reinforcementSchema = ruled(
  settings,
  ...ofGroups.map((at) => ({
    at,
    breaks: (given: z.input<typeof settings>) => given.loss === 'rloo' && given[at] !== undefined,
    message: (name: Naming) => `${name(at)} is of the other losses: rloo takes none`,
  })),
);
export type Reinforcement = z.output<typeof reinforcementSchema>;

/**
 * The part of the settings that the loss takes.
 * @example policySettings.parse(policyOf(reinforcementSchema.parse({}))).epsilonHigh; // 0.2
 */
export function policyOf(given: Reinforcement): z.input<typeof policySettings> {
  const { groupSize: _, grader: __, evaluateEvery: ___, evaluationSamples: ____, ...rest } = given;
  return rest;
}
