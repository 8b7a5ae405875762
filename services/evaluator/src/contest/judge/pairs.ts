import { pairAccuracy } from '@lathe/scoring/ranking';
import { pearson, spearman } from '@lathe/scoring/regression';
import { lengthSlice, meanOf, pick } from './row-metrics.ts';
import type { ContestData, ContestOf, NamedMetric, PairScores, TaskData } from './task-contest.ts';

type PairRow = TaskData['preference']['row'];

/** Answers of which one is better: how often it has the higher score, and by how much. */
export function preferenceContest({ rows }: ContestData<'preference'>): ContestOf<'preference'> {
  return {
    headline: 'pair accuracy',
    isRate: true,
    metrics: pairMetrics(),
    // What judges of answers are known to fall for.
    baselines: () => [{ name: 'longer answer', answers: rows.map(longerIsBetter) }],
    isRight: (_, { preferred, rejected }) => preferred > rejected,
    slices: sliceOf,
    show: showPair,
    tell: tellPair,
  };
}

/** Pairs as above; texts with a number, too, by how well scores go with the numbers. */
export function rewardContest({ rows }: ContestData<'reward'>): ContestOf<'reward'> {
  const pairs = rows.filter((row): row is PairRow => row.kind === 'preference');
  if (pairs.length === rows.length) {
    const { labels: _, ...contest } = preferenceContest({ rows: pairs, train: [] });
    const asPair = (answer: TaskData['reward']['answer']): PairScores =>
      typeof answer === 'number' ? { preferred: answer, rejected: answer } : answer;
    return {
      ...contest,
      metrics: Object.fromEntries(
        Object.entries(contest.metrics).map(([name, metric]) => [
          name,
          { ...metric, of: (answers) => metric.of(answers.map(asPair)) },
        ]),
      ),
      isRight: (row, answer) => contest.isRight(row as PairRow, asPair(answer)),
      slices: (row) => sliceOf(row as PairRow),
      show: (row) => showPair(row as PairRow),
      tell: (answer) => tellPair(asPair(answer)),
    };
  }
  const gold = rows.map((row) => (row.kind === 'labelled' ? Number([row.label].flat()[0]) : 0));
  const related = (of: typeof pearson): NamedMetric<PairScores | number> => ({
    unit: 'number',
    of: (answers) => (draw) => of(pick(gold, draw), pick(answers, draw).map(Number)),
  });
  return {
    headline: 'Spearman',
    isRate: false,
    metrics: { Spearman: related(spearman), Pearson: related(pearson) },
    baselines: () => [],
    isRight: () => null,
    slices: (row) => [lengthSlice('texts', row.kind === 'labelled' ? row.text : '')],
    show: (row) => ({
      prompt: row.kind === 'labelled' ? row.text : '',
      expected: row.kind === 'labelled' ? String(row.label) : '',
    }),
    tell: (answer) => Number(answer).toPrecision(4),
  };
}

function pairMetrics(): Record<string, NamedMetric<PairScores>> {
  return {
    'pair accuracy': {
      unit: 'share',
      of: (answers) => (draw) => {
        const drawn = pick(answers, draw);
        return pairAccuracy(
          drawn.map(({ preferred }) => preferred),
          drawn.map(({ rejected }) => rejected),
        );
      },
    },
    margin: {
      unit: 'number',
      of: (answers) => meanOf(answers.map(({ preferred, rejected }) => preferred - rejected)),
    },
  };
}

function longerIsBetter({ preferred, rejected }: PairRow): PairScores {
  return { preferred: preferred.content.length, rejected: rejected.content.length };
}

function sliceOf({ preferred, rejected }: PairRow): string[] {
  const longer = preferred.content.length > rejected.content.length;
  return [longer ? 'the better answer is longer' : 'the better answer is not longer'];
}

function showPair({ messages, preferred, rejected }: PairRow) {
  return {
    prompt: messages.at(-1)?.content ?? '',
    expected: `${preferred.content}\nrather than\n${rejected.content}`,
  };
}

function tellPair({ preferred, rejected }: PairScores): string {
  return `${preferred.toPrecision(4)} against ${rejected.toPrecision(4)}`;
}
