import { tagsOf, wordPlaces } from '@lathe/tokenizer/word-places';
import { expect, it } from 'vitest';
import type { RowIssue } from '../check/validate-message.ts';
import type { Lesson } from '../lesson/lesson.ts';
import { rowKind } from './row-kinds.ts';

const told = (row: object, rows: 'tagged' | 'question') => {
  const lesson: Lesson = { task: 'question-answering', architecture: 'encoder', rows };
  const issues: RowIssue[] = [];
  rowKind(rows).check(row as Record<string, unknown>, lesson, (issue) => issues.push(issue));
  return issues;
};

it('takes time in proportion to what a row has', () => {
  const text = 'ab '.repeat(60_000);
  const spans = Array.from({ length: 60_000 }, (_, at) => ({
    ...{ start: 3 * at, end: 3 * at + 2, label: 'X' },
  }));
  expect(told({ text, spans }, 'tagged')).toEqual([]);
  expect(tagsOf(wordPlaces(text), spans)).toEqual(Array(60_000).fill('B-X'));
  const answers = {
    text: spans.map(() => 'ab'),
    answer_start: spans.map(({ start }) => start),
  };
  expect(told({ question: 'q', context: text, answers }, 'question')).toEqual([]);
});

it.each<[string, number, number, string[]]>([
  ['a word', 0, 3, ['B-X', 'O', 'O', 'O']],
  ['words with what is between', 0, 6, ['B-X', 'I-X', 'O', 'O']],
  ['a sign', 6, 7, ['O', 'O', 'B-X', 'O']],
  ['some of two words', 2, 5, ['B-X', 'I-X', 'O', 'O']],
])('tags %s', (_, start, end, tags) => {
  expect(tagsOf(wordPlaces('ann is, x'), [{ start, end, label: 'X' }])).toEqual(tags);
});
