import { spanNames, tagNames } from '@lathe/recipe/task-rows';
import { isKnown } from '@lathe/tokenizer/known-labels';
import {
  joinWords,
  type Span,
  spansInUnits,
  tagsOf,
  wordPlaces,
} from '@lathe/tokenizer/word-places';
import {
  checkRowKeys,
  checkText,
  fail,
  isBlank,
  nameOf,
  quoted,
  type Report,
} from '../check/validate-message.ts';
import type { Lesson } from '../lesson/lesson.ts';
import type { RowKind, RowOf } from './row-kind.ts';
import { checkSpans } from './spans.ts';
import { checkScheme } from './tag-scheme.ts';

/** Words with tags, or a text with marked stretches. */
export const tagged: RowKind<RowOf<'tagged'>> = {
  check(row, lesson, report) {
    const spanName = spanNames.find((name) => row[name] != null);
    if (!('tokens' in row) && spanName !== undefined) {
      checkText(row.text, 'text', report);
      if (isBlank(row.text)) fail(report, 'text', 'empty', 'text must not be empty');
      if (typeof row.text === 'string')
        checkSpans(row[spanName], { name: spanName, text: row.text, lesson }, report);
      checkRowKeys(row, ['text', spanName, 'id'], report);
      return;
    }
    const name =
      tagNames.find((each) => row[each] != null) ?? tagNames.find((each) => each in row) ?? 'tags';
    const { tokens } = row;
    if (!Array.isArray(tokens))
      fail(report, 'tokens', 'type', `tokens must be a list of words, not ${nameOf(tokens)}`);
    else if (tokens.length === 0) fail(report, 'tokens', 'empty', 'tokens must not be empty');
    else {
      for (const [at, word] of tokens.entries()) checkWord(word, `tokens[${at}]`, report);
      checkTags(row[name], { name, words: tokens.length, lesson }, report);
    }
    checkRowKeys(row, ['tokens', name, 'id'], report);
  },
  convert(row, lesson, line) {
    const { text, tokens } = row;
    if (!Array.isArray(tokens)) {
      const words = wordPlaces(text as string);
      const marked = row[spanNames.find((name) => row[name] != null) ?? ''] as Span[];
      const spans = spansInUnits(marked, text as string);
      return { kind: 'tagged', line, text: text as string, words, tags: tagsOf(words, spans) };
    }
    const tags = row[tagNames.find((name) => row[name] != null) ?? ''] as unknown[];
    return {
      ...{ kind: 'tagged', line },
      ...joinWords(tokens as string[]),
      tags: tags.map((tag) => tagOf(tag, lesson)),
    };
  },
  promptOf: ({ text }) => text,
  answerOf: ({ tags }) => tags.join(' '),
};

function checkWord(word: unknown, name: string, report: Report): void {
  checkText(word, name, report);
  if (isBlank(word)) fail(report, name, 'empty', `${name} must not be empty`);
}

type TagsOf = { readonly name: string; readonly words: number; readonly lesson: Lesson };

function checkTags(tags: unknown, { name, words, lesson }: TagsOf, report: Report): void {
  if (!Array.isArray(tags)) {
    fail(report, name, 'type', `${name} must be a list of tags, not ${nameOf(tags)}`);
    return;
  }
  if (tags.length !== words)
    fail(report, name, 'tag-count', `${name} has ${tags.length} tags for ${words} words`);
  const { labels } = lesson;
  let isRight = true;
  for (const [at, tag] of tags.entries()) {
    const place = `${name}[${at}]`;
    const known = tagOf(tag, lesson);
    if (typeof tag === 'number' && (labels === undefined || labels[tag] === undefined)) {
      const advice =
        labels === undefined
          ? 'give lathe.task.labels in the order of the numbers'
          : `the task has ${labels.length} labels`;
      fail(report, place, 'type', `${place} is the number ${tag}: ${advice}`);
    } else if (known === '')
      fail(report, place, 'type', `${place} must be a string that is not empty`);
    else if (labels !== undefined && !isKnown(known, labels))
      fail(
        report,
        place,
        'unknown-label',
        `${place} is ${quoted(known)}, which is none of the ${labels.length} labels of the task`,
      );
    else continue;
    isRight = false;
    // The others are likely to be wrong in the same way.
    break;
  }
  if (isRight)
    checkScheme(
      tags.map((tag) => tagOf(tag, lesson)),
      name,
      report,
    );
}

/** A tag as a text, empty where it is none; numbers are places among the labels of the task. */
function tagOf(tag: unknown, { labels }: Lesson): string {
  if (typeof tag === 'string') return tag;
  return (typeof tag === 'number' && labels?.[tag]) || '';
}
