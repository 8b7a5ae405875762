import { z } from 'zod';
import { type ColumnRole, columnsSchema, formatNames, formatRoles } from '../artifact/detection.ts';

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
    wrong_rows_share: z
      .number()
      .min(0)
      .max(0.5)
      .optional()
      .describe(
        'share of wrong rows that are left out, each named; more fail the job; 0.01 by default',
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
