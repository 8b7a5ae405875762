import { finalNumber, isStructure, jsonMatch, numberMatch } from '@lathe/scoring/answer-match';
import { fitBm25 } from '@lathe/scoring/baseline/bm25';
import { majority } from '@lathe/scoring/baseline/majority';
import { fitTextLabels } from '@lathe/scoring/baseline/text-labels';
import { bleu, bleuCounts } from '@lathe/scoring/bleu';
import { chrf, chrfCounts } from '@lathe/scoring/chrf';
import { classificationScores } from '@lathe/scoring/classification';
import { tokenF1 } from '@lathe/scoring/question-answering';
import { rouge } from '@lathe/scoring/rouge';
import { lengthSlice, meanOf, ofCounts, pick } from './row-metrics.ts';
import type {
  ContestData,
  ContestOf,
  NamedMetric,
  WrittenAnswer,
  WrittenRow,
} from './task-contest.ts';

type Metrics = Readonly<Record<string, NamedMetric<WrittenAnswer>>>;
type Rules = Pick<ContestOf<'generation'>, 'headline' | 'isRate' | 'metrics' | 'labels'>;

/** Answers of at most so many words, and so few different ones, are labels. */
const [mostWords, mostLabels] = [8, 100];
/** Training rows that the nearest one is looked for in. */
const mostKnown = 20_000;

/** Answers that are written: what is measured goes by what is expected (docs/evaluation.md). */
export function generationContest({
  rows,
  train,
}: ContestData<'generation'>): ContestOf<'generation'> {
  return {
    ...rulesFor(rows, train),
    baselines() {
      const known = train.slice(0, mostKnown);
      if (known.length === 0) return [];
      const score = fitBm25(known.map(({ prompt }) => prompt));
      const answers = rows.map(({ prompt }) => {
        const scores = score(prompt);
        const best = scores.reduce((a, value, at) => (value > (scores[a] as number) ? at : a), 0);
        return { text: known[best]?.expected ?? '' };
      });
      return [{ name: 'nearest row', answers }, ...labelBaselines(rows, known)];
    },
    isRight,
    slices: ({ prompt, expected }) => [
      lengthSlice('prompts', prompt),
      lengthSlice('answers', expected),
    ],
    show: ({ line: _, hasCalls: _has, ...row }) => row,
    tell: ({ text }) => text.trim(),
  };
}

/** Where answers are labels: the most frequent one, and what classical text classification makes of the prompts. */
function labelBaselines(rows: readonly WrittenRow[], known: readonly WrittenRow[]) {
  const hasOther = [...rows, ...known].some(({ hasCalls }) => hasCalls);
  if (hasOther || !areLabels([...rows, ...known].map(({ expected }) => expected))) return [];
  const prompts = (of: readonly WrittenRow[]) => of.map(({ prompt }) => prompt);
  const labels = known.map(({ expected }) => expected);
  const answers = fitTextLabels(prompts(known), labels)
    .predict(prompts(rows))
    .map(({ answer }) => ({ text: String(answer) }));
  const most = String(majority(labels));
  return [
    { name: 'majority' as const, answers: rows.map(() => ({ text: most })) },
    { name: 'tf-idf' as const, answers },
  ];
}

/** Short answers of few kinds. */
function areLabels(expected: readonly string[]): boolean {
  const kinds = new Set(expected);
  const isFew = kinds.size <= mostLabels && 2 * kinds.size <= expected.length;
  return isFew && expected.every(isShort) && !expected.every(isStructure);
}

function isShort(text: string): boolean {
  return text.split(/\s+/).length <= mostWords;
}

function isRight({ expected }: WrittenRow, answer: WrittenAnswer): boolean {
  return answer.isRight ?? expected === answer.text.trim();
}

function rulesFor(rows: readonly WrittenRow[], train: readonly WrittenRow[]): Rules {
  const gold = rows.map(({ expected }) => expected);
  const exact: Metrics = {
    'exact match': {
      unit: 'share',
      of: (answers) => meanOf(rows.map((row, at) => +isRight(row, answers[at] as WrittenAnswer))),
    },
  };
  if (rows.some(({ hasCalls }) => hasCalls)) return ofCalls(rows, exact);
  if (gold.every(isStructure)) return ofJson(rows, exact);
  if (gold.every((each) => each.includes('####') && finalNumber(each) !== null))
    return {
      headline: 'number match',
      isRate: false,
      metrics: { 'number match': mean(rows, (a, b) => +numberMatch(a, b)), ...exact },
    };
  const all = [...gold, ...train.map(({ expected }) => expected)];
  if (!all.every(isShort)) return ofText(rows, exact);
  const hasLabels = areLabels(all);
  return {
    headline: 'exact match',
    isRate: true,
    metrics: hasLabels ? { ...exact, ...ofLabels(gold) } : exact,
    ...(hasLabels
      ? {
          labels: (answers: readonly WrittenAnswer[]) => ({
            perLabel: [
              ...classificationScores(
                gold,
                answers.map(({ text }) => text.trim()),
                [...new Set(gold)].sort(),
              ).perLabel,
            ],
          }),
        }
      : {}),
  };
}

/** Over the labels that are expected, of the rows that were drawn: whatever else a model writes is no label. */
function ofLabels(gold: readonly string[]): Metrics {
  const scored = (name: 'macroF1' | 'weightedF1'): NamedMetric<WrittenAnswer> => ({
    unit: 'share',
    of: (answers) => {
      const given = answers.map(({ text }) => text.trim());
      return (draw) => {
        const drawn = pick(gold, draw);
        return classificationScores(drawn, pick(given, draw), [...new Set(drawn)])[name];
      };
    },
  });
  return { 'macro F1': scored('macroF1'), 'weighted F1': scored('weightedF1') };
}

/** Of the rows that expect calls of tools. */
function ofCalls(rows: readonly WrittenRow[], exact: Metrics): Rules {
  return {
    headline: 'right calls',
    isRate: false,
    metrics: {
      'right calls': {
        unit: 'share',
        counts: rows.map(({ hasCalls }) => hasCalls === true),
        of: (answers) =>
          meanOf(
            rows.map((row, at) =>
              row.hasCalls ? +isRight(row, answers[at] as WrittenAnswer) : null,
            ),
          ),
      },
      ...exact,
    },
  };
}

function ofJson(rows: readonly WrittenRow[], exact: Metrics): Rules {
  return {
    headline: 'equal fields',
    isRate: false,
    metrics: {
      'valid JSON': mean(rows, (a, b) => +jsonMatch(a, b).valid),
      'right shape': mean(rows, (a, b) => +jsonMatch(a, b).shape),
      'equal JSON': mean(rows, (a, b) => +jsonMatch(a, b).equal),
      'equal fields': mean(rows, (a, b) => jsonMatch(a, b).fields),
      ...exact,
    },
  };
}

function ofText(rows: readonly WrittenRow[], exact: Metrics): Rules {
  const overlap = (kind: 'rouge1' | 'rouge2' | 'rougeL' | 'rougeLsum') =>
    mean(rows, (a, b) => rouge(a, b)[kind].f1);
  const counted = (
    counts: (references: readonly string[], predicted: string) => readonly number[],
    of: (sum: readonly number[]) => number,
  ): NamedMetric<WrittenAnswer> => ({
    unit: 'number',
    of: (answers) =>
      ofCounts(
        rows.map(({ expected }, at) => counts([expected], answers[at]?.text ?? '')),
        of,
      ),
  });
  return {
    headline: 'ROUGE-L',
    isRate: false,
    metrics: {
      'ROUGE-1': overlap('rouge1'),
      'ROUGE-2': overlap('rouge2'),
      'ROUGE-L': overlap('rougeL'),
      'ROUGE-Lsum': overlap('rougeLsum'),
      'chrF++': counted(chrfCounts, chrf),
      BLEU: counted((gold, given) => bleuCounts(gold, given), bleu),
      'BLEU, tok none': counted((gold, given) => bleuCounts(gold, given, 'none'), bleu),
      'token F1': mean(rows, tokenF1),
      ...exact,
    },
  };
}

function mean(
  rows: readonly WrittenRow[],
  of: (expected: string, answer: string) => number,
): NamedMetric<WrittenAnswer> {
  return {
    unit: 'share',
    of: (answers) => meanOf(rows.map(({ expected }, at) => of(expected, answers[at]?.text ?? ''))),
  };
}
