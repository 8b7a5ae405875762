import { fitLabels, type LabelAnswer, type Target } from '@lathe/scoring/baseline/label-model';
import { majority } from '@lathe/scoring/baseline/majority';
import { nearestLabel } from '@lathe/scoring/baseline/nearest';
import { denseRows } from '@lathe/scoring/baseline/sparse-rows';
import { fitTextLabels } from '@lathe/scoring/baseline/text-labels';
import { brierScore, expectedCalibrationError, logLoss } from '@lathe/scoring/calibration';
import { classificationScores, confusionMatrix, labelsOf } from '@lathe/scoring/classification';
import { multiLabelScores } from '@lathe/scoring/multi-label';
import {
  meanAbsoluteError,
  pearson,
  rootMeanSquaredError,
  spearman,
} from '@lathe/scoring/regression';
import { lengthSlice, meanOf, pick } from './row-metrics.ts';
import type { ContestData, ContestOf, NamedMetric } from './task-contest.ts';

type Data = ContestData<'classification'>;
type Contest = ContestOf<'classification'>;
type Metrics = Readonly<Record<string, NamedMetric<LabelAnswer>>>;
type Rules = Pick<Contest, 'headline' | 'isRate' | 'metrics' | 'isRight' | 'labels'>;

/** Above so many labels a matrix is not read by anyone. */
const mostInMatrix = 100;

/** Texts with one label, several, or numbers. */
export function classificationContest(data: Data): Contest {
  const { rows, train, vectors } = data;
  const targets = train.map(({ label }) => label);
  const rules = rulesFor(data);
  return {
    ...rules,
    baselines() {
      if (train.length === 0) return [];
      const always = majority(targets);
      const text = fitTextLabels(train.map(textOf), targets);
      const names = labelsFor(data);
      const sure = names.map((name) => (([always].flat() as unknown[]).includes(name) ? 1 : 0));
      return [
        { name: 'majority', answers: rows.map(() => ({ answer: always, probabilities: sure })) },
        {
          name: 'tf-idf',
          answers: text.predict(rows.map(textOf)).map(inOrder(text.labels, names)),
        },
        ...(vectors === undefined ? [] : vectorBaselines(targets, vectors, names)),
      ];
    },
    slices: (row) => [
      ...(typeof row.label === 'string' ? [`label ${row.label}`] : []),
      lengthSlice('texts', row.text),
    ],
    show: (row) => ({ prompt: textOf(row), expected: show(row.label) }),
    tell: ({ answer }) => show(answer),
  };
}

function vectorBaselines(
  targets: readonly Target[],
  { train, rows }: NonNullable<Data['vectors']>,
  names: readonly string[],
): ReturnType<Contest['baselines']> {
  if (train.length === 0) return [];
  const known = targets.slice(0, train.length);
  const model = fitLabels(denseRows(train), known);
  const learnt = model.predict(denseRows(rows)).map(inOrder(model.labels, names));
  const single = known.every((target) => typeof target === 'string') ? known : [];
  const near = rows.map((vector) => ({
    answer: nearestLabel(train, single as string[], { vector }),
    probabilities: [],
  }));
  return [
    ...(single.length === 0 ? [] : [{ name: 'nearest vectors' as const, answers: near }]),
    { name: 'vectors', answers: learnt },
  ];
}

/** What probabilities are of: the labels that models were taught, or else all that rows have. */
function labelsFor({ labels = [], rows, train }: Data): readonly string[] {
  if (labels.length > 0) return labels;
  const all = [...rows, ...train].flatMap(({ label }) => label as string | string[]);
  return [...new Set(all)].sort();
}

/** The probabilities of some labels as those of all, where a label that was not learnt has none. */
function inOrder(learnt: readonly string[], all: readonly string[]) {
  const places = all.map((label) => learnt.indexOf(label));
  return ({ answer, probabilities }: LabelAnswer): LabelAnswer => ({
    answer,
    probabilities: probabilities.length === 0 ? [] : places.map((at) => probabilities[at] ?? 0),
  });
}

function rulesFor(data: Data): Rules {
  const label = (data.rows[0] ?? data.train[0])?.label;
  if (typeof label === 'string') return oneLabel(data);
  const all = [...data.rows, ...data.train];
  return all.every((row) => typeof row.label[0] === 'number') ? numbers(data) : several(data);
}

function oneLabel(data: Data): Rules {
  const gold = data.rows.map(({ label }) => String(label));
  const labels = labelsFor(data);
  const scored = (of: (scores: ReturnType<typeof classificationScores>) => number) => ({
    unit: 'share' as const,
    of: (answers: readonly LabelAnswer[]) => {
      const given = answers.map(({ answer }) => String(answer));
      return (draw: ArrayLike<number>) =>
        of(classificationScores(pick(gold, draw), pick(given, draw)));
    },
  });
  return {
    headline: 'accuracy',
    isRate: true,
    metrics: {
      accuracy: {
        unit: 'share',
        of: (answers) => meanOf(gold.map((each, row) => (answers[row]?.answer === each ? 1 : 0))),
      },
      'macro F1': scored(({ macroF1 }) => macroF1),
      'weighted F1': scored(({ weightedF1 }) => weightedF1),
      MCC: { ...scored(({ mcc }) => mcc), unit: 'number' },
      ...calibration(gold, labels),
    },
    isRight: (row, { answer }) => row.label === answer,
    labels(answers) {
      const given = answers.map(({ answer }) => String(answer));
      const names = labelsOf(gold, given);
      return {
        perLabel: [...classificationScores(gold, given).perLabel],
        ...(names.length > mostInMatrix
          ? {}
          : { matrix: { names, counts: confusionMatrix(gold, given, names) } }),
      };
    },
  };
}

/** Only contestants that tell a probability of each label have these: others show 0 at every draw, and are left out. */
function calibration(gold: readonly string[], labels: readonly string[]): Metrics {
  const places = gold.map((label) => labels.indexOf(label));
  const tells = (answers: readonly LabelAnswer[]) =>
    answers.every(({ probabilities }) => probabilities.length === labels.length);
  const number = (
    of: (probabilities: readonly (readonly number[])[], rows: ArrayLike<number>) => number,
  ): NamedMetric<LabelAnswer> => ({
    unit: 'number',
    lowerIsBetter: true,
    of: (answers) => {
      const each = answers.map(({ probabilities }) => probabilities);
      return (draw) => (tells(answers) ? of(pick(each, draw), draw) : Number.NaN);
    },
  });
  return {
    ECE: number((each, draw) => {
      const most = each.map((row) => Math.max(...row));
      const right = each.map(
        (row, at) => row.indexOf(most[at] as number) === places[draw[at] as number],
      );
      return expectedCalibrationError(most, right);
    }),
    Brier: number((each, draw) => brierScore(each, pick(places, draw))),
    'log loss': number((each, draw) => logLoss(each, pick(places, draw))),
  };
}

function several(data: Data): Rules {
  const { rows } = data;
  const gold = rows.map(({ label }) => label as string[]);
  const labels = [...labelsFor(data)].sort();
  const scores = (answers: readonly LabelAnswer[], draw: ArrayLike<number>) =>
    multiLabelScores(
      pick(gold, draw),
      pick(answers, draw).map(({ answer }) => answer as readonly string[]),
      labels,
    );
  const scored = (name: 'microF1' | 'macroF1' | 'subsetAccuracy') => ({
    unit: 'share' as const,
    // Rows without a label count where all of a row has to be right.
    counts: gold.map((each) => name === 'subsetAccuracy' || each.length > 0),
    of: (answers: readonly LabelAnswer[]) => (draw: ArrayLike<number>) =>
      scores(answers, draw)[name],
  });
  return {
    headline: 'micro F1',
    isRate: false,
    metrics: {
      'micro F1': scored('microF1'),
      'macro F1': scored('macroF1'),
      'subset accuracy': scored('subsetAccuracy'),
    },
    isRight: ({ label }, { answer }) => show(label) === show(answer as readonly string[]),
    labels: (answers) => ({
      perLabel: [
        ...scores(
          answers,
          rows.map((_, row) => row),
        ).perLabel,
      ],
    }),
  };
}

function numbers({ rows }: Data): Rules {
  const flat = (targets: readonly Target[]) => targets.flatMap((target) => target as number[]);
  const gold = rows.map(({ label }) => label);
  const scored = (
    of: (gold: readonly number[], given: readonly number[]) => number,
    lowerIsBetter?: true,
  ): NamedMetric<LabelAnswer> => ({
    unit: 'number',
    ...(lowerIsBetter ? { lowerIsBetter } : {}),
    of: (answers) => (draw) =>
      of(flat(pick(gold, draw)), flat(pick(answers, draw).map(({ answer }) => answer))),
  });
  return {
    headline: 'RMSE',
    isRate: false,
    metrics: {
      RMSE: scored(rootMeanSquaredError, true),
      MAE: scored(meanAbsoluteError, true),
      Pearson: scored(pearson),
      Spearman: scored(spearman),
    },
    isRight: () => null,
  };
}

function textOf({ text, pair }: Data['rows'][number]): string {
  return pair === undefined ? text : `${text}\n${pair}`;
}

function show(target: Target): string {
  if (typeof target === 'string') return target;
  return typeof target[0] === 'number'
    ? (target as readonly number[]).map((each) => Number(each.toPrecision(6))).join(', ')
    : [...(target as readonly string[])].sort().join(', ');
}
