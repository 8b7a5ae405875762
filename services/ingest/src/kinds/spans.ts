import { isKnown } from '@lathe/tokenizer/known-labels';
import {
  type Span,
  spansInUnits,
  unitsOfCharacters,
  wordPlaces,
  wordsIn,
} from '@lathe/tokenizer/word-places';
import { fail, isObject, nameOf, quoted, type Report, warn } from '../check/validate-message.ts';
import type { Lesson } from '../lesson/lesson.ts';

type SpansOf = { readonly name: string; readonly text: string; readonly lesson: Lesson };

/** Reports what is wrong with the marked stretches of a text: their places count characters (code points), as Python does. */
export function checkSpans(spans: unknown, { name, text, lesson }: SpansOf, report: Report): void {
  if (!Array.isArray(spans)) {
    fail(report, name, 'type', `${name} must be a list, not ${nameOf(spans)}`);
    return;
  }
  const length = unitsOfCharacters(text).length - 1;
  for (const [at, span] of spans.entries())
    if (!checkSpan(span, { name: `${name}[${at}]`, length, lesson }, report)) return;
  const found = spansInUnits(spans as Span[], text);
  const words = wordPlaces(text);
  for (const [at, span] of found.entries()) {
    const next = found[at + 1];
    const marked = quoted(text.slice(span.start, span.end));
    if (next !== undefined && next.start < span.end)
      fail(
        report,
        name,
        'overlap',
        `${name} overlap at ${marked} and ${quoted(text.slice(next.start, next.end))}`,
      );
    const [from, to] = wordsIn(words, span);
    if (from === to) fail(report, name, 'no-word', `${name} mark ${marked}, which holds no word`);
    for (const at of new Set([from, to - 1])) {
      const [start, end] = words[at] ?? [0, 0];
      if (from === to || (start >= span.start && end <= span.end)) continue;
      warn(
        report,
        name,
        'span-in-word',
        `${name} mark ${marked} inside the word ${quoted(text.slice(start, end))}, which is tagged as a whole`,
      );
    }
  }
}

type SpanOf = { readonly name: string; readonly length: number; readonly lesson: Lesson };

function checkSpan(span: unknown, { name, length, lesson }: SpanOf, report: Report): boolean {
  if (!isObject(span)) {
    fail(report, name, 'type', `${name} must be an object, not ${nameOf(span)}`);
    return false;
  }
  const { start, end, label } = span;
  if (!isPlace(start) || !isPlace(end) || start >= end) {
    fail(report, name, 'type', `${name} must have a "start" and an "end" after it`);
    return false;
  }
  if (end > length) {
    fail(
      report,
      name,
      'outside',
      `${name} goes to character ${end} of ${length}, beyond the end of the text`,
    );
    return false;
  }
  if (typeof label !== 'string' || label === '') {
    fail(report, `${name}.label`, 'type', `${name}.label must be a string that is not empty`);
    return false;
  }
  const { labels } = lesson;
  if (labels === undefined || (isKnown(`B-${label}`, labels) && isKnown(`I-${label}`, labels)))
    return true;
  fail(
    report,
    `${name}.label`,
    'unknown-label',
    `${name}.label is ${quoted(label)}, and the labels of the task hold no B-${label} and I-${label}`,
  );
  return false;
}

function isPlace(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0;
}
