import { labelledTexts, labelNames } from '@lathe/recipe/task-rows';
import { isKnown, nameOfLabel } from '@lathe/tokenizer/known-labels';
import {
  checkRowKeys,
  checkText,
  fail,
  isBlank,
  nameOf,
  quoted,
  type Report,
  warn,
} from '../check/validate-message.ts';
import type { Lesson } from '../lesson/lesson.ts';
import type { RawRow, RowKind, RowOf } from './row-kind.ts';

/** Keys that data sets have beside: numbers of rows. */
const numbers = ['id', 'idx'];

/** Texts, or pairs of texts, with a label, several labels, or numbers. */
export const labelled: RowKind<RowOf<'labelled'>> = {
  check(row, lesson, report) {
    const texts = textNames(row);
    if (texts === undefined)
      fail(report, 'text', 'missing', '"text" is missing, or "sentence1" and "sentence2"');
    for (const name of texts ?? []) {
      checkText(row[name], name, report);
      if (isBlank(row[name])) fail(report, name, 'empty', `${name} must not be empty`);
    }
    const name = labelName(row);
    if (name === undefined) fail(report, 'label', 'missing', '"label" is missing');
    else checkLabel(row[name], { name, lesson }, report);
    checkRowKeys(
      row,
      [...(texts ?? []), ...(name === undefined ? [] : [name]), ...numbers],
      report,
    );
  },
  convert(row, lesson, line) {
    const [text = '', pair] = (textNames(row) ?? []).map((name) => row[name] as string);
    const label = labelOf(row[labelName(row) ?? ''], lesson);
    return { kind: 'labelled', line, text, ...(pair !== undefined && { pair }), label };
  },
  promptOf: ({ text, pair }) => (pair === undefined ? text : `${text}\n${pair}`),
  answerOf: ({ label }) => (Array.isArray(label) ? label.join(', ') : label),
};

function textNames(row: RawRow): readonly string[] | undefined {
  const found = labelledTexts.find((names) =>
    names.every((name) => name !== undefined && name in row),
  );
  return found?.filter((name) => name !== undefined);
}

function labelName(row: RawRow): string | undefined {
  return labelNames.find((name) => row[name] != null);
}

type Named = { readonly name: string; readonly lesson: Lesson };

function checkLabel(label: unknown, { name, lesson }: Named, report: Report): void {
  const { problem } = lesson;
  if (problem === 'regression') {
    checkNumbers(label, { name, lesson }, report);
    return;
  }
  const several = problem === 'multi-label';
  if (several && !Array.isArray(label)) {
    fail(report, name, 'type', `${name} must be a list of labels, not ${nameOf(label)}`);
    return;
  }
  const all: readonly unknown[] = Array.isArray(label) && several ? label : [label];
  for (const [at, each] of all.entries())
    checkName(each, { name: several ? `${name}[${at}]` : name, lesson }, report);
  if (new Set(all.map(String)).size < all.length)
    warn(report, name, 'repeated-label', `${name} has a label twice`);
}

function checkName(label: unknown, { name, lesson }: Named, report: Report): void {
  if (typeof label === 'number' && !Number.isInteger(label))
    fail(
      report,
      name,
      'type',
      `${name} is ${label}, and the labels of the first rows are classes; say lathe.task.problem regression if they are numbers`,
    );
  else if (typeof label === 'number' && !Number.isSafeInteger(label))
    fail(
      report,
      name,
      'number',
      `${name} is too large a number to be told from its neighbours; write it as a text`,
    );
  else if (typeof label !== 'string' && typeof label !== 'number' && typeof label !== 'boolean')
    fail(report, name, 'type', `${name} must be a string, not ${nameOf(label)}`);
  else if (isBlank(label)) fail(report, name, 'empty', `${name} must not be empty`);
  else {
    if (typeof label === 'string') checkText(label, name, report);
    const known = nameOfLabel(label, lesson.labels);
    if (lesson.labels !== undefined && !isKnown(known, lesson.labels))
      fail(
        report,
        name,
        'unknown-label',
        `${name} is ${quoted(known)}, which is none of the ${lesson.labels.length} labels of the task`,
      );
  }
}

function checkNumbers(label: unknown, { name, lesson }: Named, report: Report): void {
  const all: readonly unknown[] = Array.isArray(label) ? label : [label];
  for (const [at, each] of all.entries()) {
    const place = Array.isArray(label) ? `${name}[${at}]` : name;
    if (typeof each !== 'number')
      fail(
        report,
        place,
        'type',
        `${place} must be a number, not ${typeof each === 'string' ? quoted(each) : nameOf(each)}`,
      );
    // Shards keep them in float32.
    else if (!Number.isFinite(Math.fround(each)))
      fail(report, place, 'number', `${place} is too large a number`);
  }
  if (all.length === 0) fail(report, name, 'empty', `${name} must not be an empty list`);
  const wanted = lesson.labels?.length;
  if (wanted !== undefined && wanted !== all.length)
    fail(report, name, 'length', `${name} has ${all.length} numbers, and the task has ${wanted}`);
}

function labelOf(label: unknown, { problem, labels }: Lesson): RowOf<'labelled'>['label'] {
  if (problem === 'regression') return (Array.isArray(label) ? label : [label]) as number[];
  if (!Array.isArray(label)) return nameOfLabel(label, labels);
  return [...new Set(label.map((each) => nameOfLabel(each, labels)))];
}
