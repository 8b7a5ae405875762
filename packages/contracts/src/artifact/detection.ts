import { z } from 'zod';
import { type ColumnRole, type FormatName, formatRoles } from './format-roles.ts';

export const formatNames = Object.keys(formatRoles) as [FormatName, ...FormatName[]];

const columnRoles = [
  ...new Set(
    Object.values(formatRoles).flatMap(({ must, may }): ColumnRole[] => [...must, ...may]),
  ),
] as [ColumnRole, ...ColumnRole[]];

/**
 * What the answer of a question with choices is: the label of the right one, or its letter where they have no labels; its number, of
 * which the first is 0 or 1; or its text.
 */
export const choiceAnswers = ['label', 'from_0', 'from_1', 'text'] as const;
export type ChoiceAnswers = (typeof choiceAnswers)[number];

const column = z.string().min(1).max(256);
/** Which columns have which roles; several where each is a label of its own, or a text that others follow. */
export const columnsSchema = z.partialRecord(
  z.enum(columnRoles),
  z.union([column, z.array(column).min(1).max(1000)]),
);
export type Columns = z.infer<typeof columnsSchema>;

const candidateSchema = z.object({
  format: z.enum(formatNames),
  /** What a row of it becomes. */
  kind: z.string(),
  /** From 0 to 1: how well the sampled rows agree with it. */
  confidence: z.number().min(0).max(1),
  columns: columnsSchema,
  /** Of questions with choices: what their answers are taken for. */
  answers: z.enum(choiceAnswers).optional(),
  /** Of turns with other keys than `from` and `value`: under which the first of them say who speaks, and what is said. */
  turns: z.object({ speaker: z.string(), text: z.string() }).optional(),
});
export type FormatCandidate = z.infer<typeof candidateSchema>;

/** What is seen of rows of which it is not sure how they are written. */
export const unsureShapeSchema = z.object({
  /** The columns, or keys, of the first rows. */
  columns: z.array(z.string()),
  /** What they could be, the likeliest first. */
  candidates: z.array(candidateSchema),
});
export type UnsureShape = z.infer<typeof unsureShapeSchema>;

/** What a file was taken for, from its first rows, and what else it could have been. */
export const detectionSchema = z.object({
  ...candidateSchema.shape,
  /** Whether `lathe.data` decided it. */
  isAsked: z.boolean(),
  /** Columns of the file that have no role, and so are not trained on. */
  unused: z.array(z.string()),
  /** All that it could be, the likeliest first: the chosen one among them. */
  candidates: z.array(candidateSchema),
});
export type Detection = z.infer<typeof detectionSchema>;
