import { labelledTexts, labelNames, spanNames, tagNames } from '@lathe/recipe/task-rows';
import type { FileKind } from '../lesson/lesson.ts';

type Row = Readonly<Record<string, unknown>>;

/** Names of a column of plain text, the likeliest first. */
export const textNames = [
  ...['text', 'content', 'document', 'body', 'markdown', 'article', 'sentence'],
] as const;

/** Which rows have what keys: a line may look like several, of which the likeliest stands first. */
const shapes: readonly (readonly [kind: FileKind, has: (row: Row) => boolean])[] = [
  ['preference', (row) => 'preferred_output' in row || 'non_preferred_output' in row],
  ['preference', (row) => 'chosen' in row && 'rejected' in row],
  ['judged', (row) => 'input' in row && 'label' in row],
  ['chat', (row) => 'messages' in row],
  ['completion', (row) => 'prompt' in row && 'completion' in row],
  ['question', (row) => 'question' in row && 'context' in row],
  ['tagged', (row) => 'tokens' in row && tagNames.some((name) => name in row)],
  ['tagged', (row) => 'text' in row && spanNames.some((name) => name in row)],
  ['related', (row) => 'positive' in row && ('anchor' in row || 'query' in row)],
  ['related', (row) => 'sentence1' in row && 'sentence2' in row && 'score' in row],
  [
    'labelled',
    (row) =>
      labelNames.some((name) => name in row) &&
      labelledTexts.some((names) => names.every((name) => name in row)),
  ],
  ['text', (row) => 'text' in row],
];

/** The kinds of row that an object looks like, by its keys. */
export function kindsOf(row: Row): FileKind[] {
  return [...new Set(shapes.flatMap(([kind, has]) => (has(row) ? [kind] : [])))];
}
