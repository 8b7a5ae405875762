import type { Finding } from '@lathe/contracts/artifact/dataset';
import { isPlaceholder } from '../check/placeholder.ts';
import { quoted } from '../check/validate-message.ts';
import { type FileName, type SurveyedRow, wrong } from './survey.ts';

/** The labels that the rows of both files have. */
export type LabelBook = {
  add(labels: readonly string[], row: SurveyedRow): void;
  /** Labels of the training file, each once. */
  trained(): string[];
  /** An error where the training file has fewer than so many, and a warning for each known label that it has nowhere. */
  missing(known: readonly string[], least: number): Finding[];
  /** A warning for each label of the training file that an earlier one is but for what eyes do not see, or for case. */
  alike(): Finding[];
  /** A warning for each label of the training file that tables have where there is none. */
  placeholders(): Finding[];
  /** An error for each label that only rows of the validation file have, at the first of them. */
  unseen(known: readonly string[]): Finding[];
};

/** Marks without a width, and blanks of any kind. */
const unseenMarks = /[\u00ad\u200b-\u200f\u2060\ufeff\u00a0]/g;

export function createLabelBook(path: string): LabelBook {
  const first: Record<FileName, Map<string, number>> = {
    training_file: new Map(),
    validation_file: new Map(),
  };
  const placeholders = new Map<string, number>();
  return {
    add(labels, { file, row }) {
      for (const label of labels) if (!first[file].has(label)) first[file].set(label, row.line);
      if (file === 'validation_file') return;
      for (const label of new Set(labels))
        if (isPlaceholder(label)) placeholders.set(label, (placeholders.get(label) ?? 0) + 1);
    },
    trained: () => [...first.training_file.keys()],
    missing(known, least) {
      const place = { file: 'training_file', line: 0, path } as const;
      const [only] = first.training_file.keys();
      if (only === undefined) return [wrong(place, 'no-label', 'no row has any label')];
      if (first.training_file.size < least)
        return [
          wrong(
            place,
            'one-class',
            `every row has the label ${quoted(only)}, so there is nothing to tell apart`,
          ),
        ];
      return known
        .filter((label) => !first.training_file.has(label))
        .map((label) => ({
          ...{ ...place, rule: 'unused-label', level: 'warn' as const },
          message: `no row has the label ${quoted(label)}, so it is never taught`,
        }));
    },
    alike() {
      const before = new Map<string, string>();
      const found: Finding[] = [];
      for (const [label, line] of first.training_file) {
        const seen = label
          .replaceAll(unseenMarks, ' ')
          .trim()
          .replaceAll(/\s+/g, ' ')
          .toLowerCase();
        const other = before.get(seen);
        if (other === undefined) before.set(seen, label);
        else
          found.push({
            ...{ file: 'training_file', line, path, rule: 'alike-labels', level: 'warn' },
            message: `the label ${quoted(label)} is taught as another than ${quoted(other)}, and differs from it only in case, blanks or marks that are not seen`,
          });
      }
      return found;
    },
    placeholders: () =>
      [...placeholders].map(([label, rows]): Finding => {
        const line = first.training_file.get(label) ?? 0;
        const [by, which] = rows === 1 ? ['1 row', 'it'] : [`${rows} rows`, 'them'];
        return {
          ...{ file: 'training_file', line, path, rule: 'placeholder-label', level: 'warn' },
          message: `the label ${quoted(label)}, which often stands for no label, is taught as one by ${by}; leave ${which} out if it is none`,
        };
      }),
    unseen(known) {
      const all = new Set(known);
      return [...first.validation_file]
        .filter(([label]) => !all.has(label))
        .map(([label, line]) =>
          wrong(
            { file: 'validation_file', line, path },
            'unseen-label',
            `the label ${quoted(label)} is in the validation file only, so it is never taught`,
          ),
        );
    },
  };
}

/** Finds rows that ask the same and answer otherwise; a warning for each after the first. */
export function createContradictions(path: string): (row: SurveyedRow) => Finding[] {
  const answers = new Map<number, { readonly answer: number; readonly line: number }>();
  return ({ row: { line }, file, prompt, answer }) => {
    // What a validation file says otherwise is a matter of the score.
    if (file === 'validation_file') return [];
    const before = answers.get(prompt);
    if (before === undefined) answers.set(prompt, { answer, line });
    if (before === undefined || before.answer === answer) return [];
    const message = `the text is that of line ${before.line}, with another label`;
    return [{ file, line, path, rule: 'contradiction', message, level: 'warn' }];
  };
}
