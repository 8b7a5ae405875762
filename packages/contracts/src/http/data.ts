import { z } from 'zod';
import { choiceAnswers, columnsSchema, formatNames } from '../artifact/detection.ts';
import { type ColumnRole, formatRoles } from '../artifact/format-roles.ts';

/**
 * What is done about rows that are too long for the model or for `max_tokens`.
 * @example lengthPolicies.includes('split'); // true
 */
export const lengthPolicies = [
  'error',
  'drop',
  'truncate_end',
  'truncate_middle_context',
  'split',
] as const;
export type LengthPolicy = (typeof lengthPolicies)[number];

/** A score of a pair, on whatever scale. */
const score = z.number().min(-1e9).max(1e9);

/** How the rows of a job's files are read, where their content leaves that open: an extension of ours. */
export const dataSchema = z
  .strictObject({
    format: z
      .enum(formatNames)
      .optional()
      .describe('how the rows are written; by default as they look'),
    columns: columnsSchema
      .optional()
      .describe('which column has which role, as {"text": "review", "label": "stars"}'),
    label_names: z
      .array(z.string().min(1).max(256))
      .min(1)
      .max(10_000)
      .optional()
      .describe('names of labels or tags that the rows have as whole numbers from 0'),
    label_separator: z
      .string()
      .min(1)
      .max(8)
      .optional()
      .describe('what parts several labels in one text, such as ";"'),
    score_range: z
      .tuple([score, score])
      .refine(([least, most]) => least < most, 'the second number must be the higher one')
      .optional()
      .describe(
        'of scored pairs: the lowest and the highest that a score can be, as [0, 5]; by default from 0, or from 1 where no score is lower and none above 10, to the highest; scores from -1 to 1 are taught as they are',
      ),
    choice_answers: z
      .enum(choiceAnswers)
      .optional()
      .describe(
        'of rows in the format multiple-choice: what their answers are, the label or the letter of the right choice, its number from 0 or from 1, or its text; by default as they look',
      ),
    more_files: z
      .array(z.string().min(1).max(256))
      .min(1)
      .max(100)
      .optional()
      .describe(
        'ids of other uploads that are read together with the training file, as if one archive held them: a file a label, or the answers to its questions',
      ),
    no_call_answer: z
      .string()
      .min(1)
      .max(2000)
      .optional()
      .describe('of rows in the format bfcl: what is answered where no call is right'),
    wrong_rows_share: z
      .number()
      .min(0)
      .max(0.5)
      .optional()
      .describe(
        'share of rows that are left out, each named, since they are wrong (or too long, where too_long does not say otherwise); more fail the job; 0.01 by default',
      ),
    too_long: z
      .enum(lengthPolicies)
      .optional()
      .describe(
        'what becomes of rows of more than max_tokens: an error, left out, their end cut, the middle of their context cut, or several examples of each; by default texts, tags and questions are split, and others left out up to wrong_rows_share',
      ),
  })
  .superRefine(({ format, columns = {} }, context) => {
    if (format === undefined) return;
    const { must, may } = formatRoles[format];
    const roles: readonly ColumnRole[] = [...must, ...may];
    for (const role of Object.keys(columns) as ColumnRole[])
      if (!roles.includes(role))
        context.addIssue({
          code: 'custom',
          path: ['columns', role],
          message: `the format ${format} has no ${role}; its columns are ${roles.join(', ')}`,
        });
  });
export type DataOptions = z.infer<typeof dataSchema>;

/** The most tokens that a row may have. */
export const rowTokensSchema = z.number().int().min(8).max(131_072);
