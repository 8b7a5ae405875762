import { z } from 'zod';

/** What a column of a file may be, by format: those that must be there, and those that may. */
export const formatRoles = {
  'openai-preference': { must: ['input', 'chosen', 'rejected'], may: [] },
  preference: { must: ['chosen', 'rejected'], may: ['prompt', 'input', 'system', 'tools'] },
  'openai-judged': { must: ['input', 'output', 'label'], may: [] },
  kto: { must: ['prompt', 'label'], may: ['completion', 'input', 'system', 'tools'] },
  chat: { must: ['messages'], may: ['tools'] },
  sharegpt: { must: ['messages'], may: ['system', 'tools'] },
  glaive: { must: ['chat'], may: ['system'] },
  bfcl: { must: ['question', 'functions'], may: ['answer'] },
  alpaca: { must: ['instruction', 'output'], may: ['input', 'history', 'system'] },
  'question-answer': { must: ['question', 'answer'], may: ['context'] },
  'chat-completion': { must: ['prompt', 'completion'], may: ['tools'] },
  'prompt-completion': { must: ['prompt', 'completion'], may: [] },
  'multiple-choice': { must: ['question', 'choices', 'answer'], may: ['context'] },
  squad: { must: ['question', 'context', 'answers'], may: ['impossible'] },
  tags: { must: ['tokens', 'tags'], may: [] },
  spans: { must: ['text', 'spans'], may: [] },
  pieces: { must: ['pieces'], may: [] },
  'scored-pairs': { must: ['text', 'pair', 'score'], may: [] },
  pairs: { must: ['anchor', 'positive'], may: ['negatives'] },
  labels: { must: ['text', 'label'], may: ['pair'] },
  text: { must: ['text'], may: [] },
} as const satisfies Record<
  string,
  { readonly must: readonly string[]; readonly may: readonly string[] }
>;

/** A way in which people write rows. */
export type FormatName = keyof typeof formatRoles;
export const formatNames = Object.keys(formatRoles) as [FormatName, ...FormatName[]];

/** What a column is to its row. */
export type ColumnRole = (typeof formatRoles)[FormatName]['must' | 'may'][number];
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
});
export type FormatCandidate = z.infer<typeof candidateSchema>;

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
