import { fitWordTags } from '@lathe/scoring/baseline/word-tags';
import { classificationScores } from '@lathe/scoring/classification';
import { detectScheme } from '@lathe/scoring/span-schemes';
import { lenientSpans, type SpanMode, spanCounts, spanF1, spanScores } from '@lathe/scoring/spans';
import { ofCounts, pick } from './row-metrics.ts';
import type { ContestData, ContestOf, NamedMetric } from './task-contest.ts';

type Tags = readonly string[];

/** Words with tags: spans, as seqeval counts them, or single tags where they are of no scheme. */
export function tokenClassificationContest({
  rows,
  train,
}: ContestData<'token-classification'>): ContestOf<'token-classification'> {
  const gold = rows.map(({ tags }) => tags);
  const scheme = detectScheme([...gold, ...train.map(({ tags }) => tags)]);
  // A model may tell any tag that it was taught, which is of the scheme too.
  const spans = (mode: SpanMode): NamedMetric<Tags> => ({
    unit: 'share',
    counts: gold.map((each) => lenientSpans(each).length > 0),
    of: (answers) =>
      ofCounts(
        gold.map((each, row) => spanCounts(each, answers[row] ?? [], mode)),
        spanF1,
      ),
  });
  const tags: NamedMetric<Tags> = {
    unit: 'share',
    of: (answers) => (draw) =>
      classificationScores(pick(gold, draw).flat(), pick(answers, draw).flat()).accuracy,
  };
  return {
    headline: scheme === null ? 'accuracy of tags' : 'span F1',
    isRate: false,
    metrics: {
      ...(scheme === null ? {} : { 'span F1': spans('lenient'), 'span F1, strict': spans(scheme) }),
      'accuracy of tags': tags,
    },
    baselines() {
      if (train.length === 0) return [];
      const tagsOf = fitWordTags(train.map((row) => ({ words: wordsOf(row), tags: row.tags })));
      return [{ name: 'word tags', answers: rows.map((row) => tagsOf(wordsOf(row))) }];
    },
    isRight: (row, answer) => row.tags.every((tag, at) => tag === answer[at]),
    slices: (row) =>
      scheme === null
        ? [...new Set(row.tags)].map((tag) => `sentences with ${tag}`)
        : [...new Set(lenientSpans(row.tags).map(({ type }) => `sentences with ${type}`))],
    labels: (answers) => ({
      perLabel:
        scheme === null
          ? [...classificationScores(gold.flat(), answers.flat()).perLabel]
          : spanScores(gold, answers).perType.map(({ type, ...score }) => ({
              label: type,
              ...score,
            })),
    }),
    show: (row) => ({ prompt: row.text, expected: marked(wordsOf(row), row.tags) }),
    tell: (answer) => answer.join(' '),
  };
}

function wordsOf({ text, words }: ContestData<'token-classification'>['rows'][number]): string[] {
  return words.map(([start, end]) => text.slice(start, end));
}

/** Words with their tags behind them, where they are any. */
function marked(words: readonly string[], tags: Tags): string {
  return words.map((word, at) => (tags[at] === 'O' ? word : `${word}/${tags[at]}`)).join(' ');
}
