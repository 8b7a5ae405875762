import type { CanonicalRow, GenerationRow, Message } from '@lathe/contracts/artifact/dataset';
import { checkRowOf } from '../check/validate.ts';
import { checkPrompt } from '../check/validate-prompt.ts';
import type { Lesson, RowsKind } from '../lesson/lesson.ts';
import { normalisedPrompt, plainPrompt } from '../plain-prompt.ts';
import { answerOf, convertRow, promptOf } from '../read/convert.ts';
import { labelled } from './labelled.ts';
import { question } from './question.ts';
import { related } from './related.ts';
import type { RawRow, RowKind, RowOf } from './row-kind.ts';
import { tagged } from './tagged.ts';

/** Rows for a model that writes. */
function generation<Kind extends GenerationRow['kind']>(kind: Kind): RowKind<RowOf<Kind>> {
  return {
    check: (row, _, report) => checkRowOf[kind](row, report),
    convert: (row, _, line) => convertRow(row, kind, line) as RowOf<Kind>,
    promptOf,
    answerOf,
  };
}

const rowKinds: { readonly [Kind in RowsKind]: RowKind<RowOf<Kind>> } = {
  chat: generation('chat'),
  completion: generation('completion'),
  preference: generation('preference'),
  judged: generation('judged'),
  prompt: {
    ...generation('prompt'),
    check: (row, { itemFields = [] }, report) => checkPrompt(row, itemFields, report),
    // A sum of other numbers is another question.
    groupOf: (row) => plainPrompt(promptOf(row)),
  },
  text: generation('text'),
  labelled,
  tagged,
  question,
  related,
};

/** What is known of rows of a kind. */
export function rowKind<Kind extends RowsKind>(kind: Kind): RowKind<RowOf<Kind>> {
  return rowKinds[kind];
}

/** The canonical row of an object that was found right: of a label that is to be written, the answer in a chat or after the text. */
export function convertTo({ answers, ...lesson }: Lesson, row: RawRow, line: number): CanonicalRow {
  const converted = rowKind(lesson.rows).convert(row, lesson, line);
  if (answers === undefined || converted.kind !== 'labelled') return converted;
  const prompt = labelled.promptOf(converted);
  const answer = labelled.answerOf(converted);
  if (answers === 'completion')
    return { kind: 'completion', line, prompt: `${prompt}\n`, completion: answer };
  const messages: Message[] = [
    { role: 'user', content: prompt },
    { role: 'assistant', content: answer },
  ];
  return { kind: 'chat', line, messages };
}

/** What a row asks and answers. */
export function identityOf(row: CanonicalRow): { prompt: string; answer: string } {
  // The row's own kind takes it.
  const kind = rowKind(row.kind) as RowKind<CanonicalRow>;
  return { prompt: kind.promptOf(row), answer: kind.answerOf(row) };
}

/** What a row is grouped by for the split: rows that have it alike stay on one side. */
export function groupOf(row: CanonicalRow): string {
  const kind = rowKind(row.kind) as RowKind<CanonicalRow>;
  return kind.groupOf?.(row) ?? normalisedPrompt(kind.promptOf(row));
}
