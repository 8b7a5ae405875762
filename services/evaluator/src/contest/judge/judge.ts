import type { Contestant, EvaluationReport } from '@lathe/contracts/artifact/report';
import { bootstrap } from '@lathe/scoring/bootstrap';
import { compareMetrics, compareRates, unevenRows } from '@lathe/scoring/compare';
import { wilson } from '@lathe/scoring/wilson';
import { changesOf } from './changes.ts';
import { contests } from './contests.ts';
import { worstSlices } from './slices.ts';
import type { ContestData, ContestOf, TaskContest, TaskData, TaskName } from './task-contest.ts';
import { verdictOf } from './verdict.ts';
import { differenceWithinReach, unitsOf, withinReach } from './within-reach.ts';

/** A model, and what it answered to each row. */
export type ModelAnswers<Answer> = Pick<
  Contestant,
  | 'name'
  | 'model'
  | 'shots'
  | 'examples'
  | 'nearHeldOut'
  | 'loss'
  | 'supervisedTokens'
  | 'usage'
  | 'toolCalls'
> & { readonly answers: readonly Answer[] };

type Asked<Answer> = {
  readonly models: readonly ModelAnswers<Answer>[];
  readonly seed: number;
  /** Rows that are shown with every answer. */
  readonly samples: number;
};

/** A task's rows with all that models answered to them. */
export type JudgeInput<Task extends TaskName = TaskName> = {
  [Each in Task]: { readonly task: Each } & ContestData<Each> & Asked<TaskData[Each]['answer']>;
}[Task];

/** What an evaluation comes to: the parts of its report that follow from rows and answers. */
export type Judgement = Pick<
  EvaluationReport,
  | 'headline'
  | 'verdict'
  | 'outcome'
  | 'notes'
  | 'contestants'
  | 'comparisons'
  | 'labels'
  | 'slices'
  | 'changes'
  | 'samples'
>;

type Showing<Answer> = {
  readonly contestant: Contestant;
  readonly answers: readonly Answer[];
  /** Empty where nothing is right or wrong. */
  readonly right: readonly boolean[];
};

/** Rows of one cluster are not independent of one another. */
type Lined = { readonly line: number; readonly cluster?: number | undefined };

/** The rules over the rows, and over the rows twice: what two contestants answer beside each other. */
type Contests<Row, Answer> = Readonly<Record<'contest' | 'twice', TaskContest<Row, Answer>>>;

type Scored<Row, Answer> = Contests<Row, Answer> & {
  readonly rows: readonly Row[];
  readonly options: { readonly seed: number; readonly draws: number };
  /** Of each row; undefined where all are independent of one another. */
  readonly clusters: readonly number[] | undefined;
};

/** Many rows need fewer draws, and take their time. */
const drawsFor = (rows: number) => (rows > 2000 ? 200 : 1000);

/**
 * Scores every contestant of a task on the same rows: the models by their answers, and the baselines, which answer here. A pure
 * function, the same for the same seed; it may take a minute and is called in a thread of its own.
 */
export function judge(input: JudgeInput): Judgement {
  const open = contests[input.task] as (data: ContestData<TaskName>) => ContestOf<TaskName>;
  // The record's type ties each contest to the rows and answers of its task; here they are any task's.
  const twice = open({ ...input, rows: [...input.rows, ...input.rows] } as ContestData<TaskName>);
  return judgeRows(
    { contest: open(input), twice } as unknown as Contests<Lined, unknown>,
    input.rows,
    input,
  );
}

function judgeRows<Row extends Lined, Answer>(
  contests: Contests<Row, Answer>,
  rows: readonly Row[],
  { models, seed, samples }: Asked<Answer>,
): Judgement {
  const options = { seed, draws: drawsFor(rows.length) };
  const { contest } = contests;
  const scored = { ...contests, rows, options, clusters: clustersOf(rows) };
  const nobody = { model: null, shots: 0, loss: null, supervisedTokens: 0 } as const;
  const baselines = contest.baselines().map((each) => ({ ...nobody, ...each }));
  const showings = [...models, ...baselines].map((each) => showingOf(scored, each));
  const tuned = showings.find(({ contestant }) => contestant.name === 'tuned');
  const comparisons =
    tuned === undefined || rows.length === 0
      ? []
      : showings
          .filter((other) => other !== tuned)
          .map((other) => comparisonOf(scored, tuned, other));
  const contestants = showings.map(({ contestant }) => contestant);
  const { headline } = contest;
  const { unit = 'share', lowerIsBetter } = contest.metrics[headline] ?? {};
  const labels = tuned && contest.labels?.(tuned.answers);
  const find = (name: Contestant['name']) =>
    showings.find(({ contestant }) => contestant.name === name) as Showing<Answer>;
  const compare = (one: Contestant['name'], other: Contestant['name']) =>
    comparisonOf(scored, find(one), find(other)).verdict;
  const base = showings.find(({ contestant }) => contestant.name === 'base');
  return {
    headline,
    ...verdictOf({ contestants, comparisons, headline, unit, lowerIsBetter, compare }),
    contestants,
    comparisons,
    ...(labels === undefined ? {} : { labels }),
    slices: tuned === undefined ? [] : worstSlices(contest, rows, tuned.answers),
    ...(tuned && base && rows.length > 0
      ? { changes: changesOf({ ...scored, tuned: tuned.answers, base: base.answers }) }
      : {}),
    samples: samplesOf(scored, showings, samples),
  };
}

/** Rows without a cluster are clusters of their own. */
function clustersOf(rows: readonly Lined[]): number[] | undefined {
  if (rows.every(({ cluster }) => cluster === undefined)) return undefined;
  return rows.map(({ cluster }, at) => cluster ?? -1 - at);
}

function showingOf<Row, Answer>(
  { contest, rows, options, clusters }: Scored<Row, Answer>,
  { answers, ...who }: ModelAnswers<Answer>,
): Showing<Answer> {
  if (answers.length !== rows.length)
    throw new RangeError(`${who.name} answered ${answers.length} of ${rows.length} rows`);
  const right = rows.flatMap((row, at) => {
    const isRight = contest.isRight(row, answers[at] as Answer);
    return isRight === null ? [] : [isRight];
  });
  const exactMatch = wilson(right.filter(Boolean).length, right.length);
  const metrics = Object.entries(contest.metrics).flatMap(([name, metric]) => {
    const { headline, isRate } = contest;
    const { unit } = metric;
    if (name === headline && isRate && clusters === undefined)
      return [[name, { value: exactMatch.rate, low: exactMatch.low, high: exactMatch.high, unit }]];
    const drawn = bootstrap(rows.length, metric.of(answers), { ...options, clusters });
    const units = unitsOf([...rows.keys()], metric, clusters);
    const interval = unit === 'share' ? withinReach(drawn, units) : drawn;
    // What a contestant does not tell, such as probabilities, has no number.
    return Number.isFinite(interval.value) ? [[name, { ...interval, unit }]] : [];
  });
  return {
    contestant: { ...who, exactMatch, metrics: Object.fromEntries(metrics) },
    answers,
    right,
  };
}

function comparisonOf<Row, Answer>(
  { contest, twice, rows, options, clusters }: Scored<Row, Answer>,
  tuned: Showing<Answer>,
  other: Showing<Answer>,
): EvaluationReport['comparisons'][number] {
  const against = other.contestant.name;
  const metric = contest.metrics[contest.headline];
  const both = twice.metrics[contest.headline];
  if (metric === undefined || both === undefined || (contest.isRate && clusters === undefined))
    return { against, ...compareRates(tuned.right, other.right) };
  const metrics = [metric.of(tuned.answers), metric.of(other.answers)] as const;
  const measured = {
    ...{ rows: rows.length, metrics, lowerIsBetter: metric.lowerIsBetter },
    both: both.of([...tuned.answers, ...other.answers]),
  };
  const compared = compareMetrics(measured, { ...options, clusters });
  const units = unitsOf([...rows.keys()], metric, clusters);
  return {
    against,
    ...(metric.unit === 'share' ? differenceWithinReach(compared, units) : compared),
    ...unevenRows(tuned.right, other.right),
  };
}

/** Rows with every answer. Those that the tuned model got wrong come first, but leave a quarter of the places to what it won. */
function samplesOf<Row extends Lined, Answer>(
  { contest, rows }: Scored<Row, Answer>,
  showings: readonly Showing<Answer>[],
  most: number,
): Judgement['samples'] {
  const rightOf = (name: Contestant['name']) =>
    showings.find(({ contestant }) => contestant.name === name)?.right ?? [];
  const [tuned, base] = [rightOf('tuned'), rightOf('base')];
  const all = rows.map((row, at) => ({ row, at }));
  const wrong = all.filter(({ at }) => tuned[at] !== true);
  const right = all
    .filter(({ at }) => tuned[at] === true)
    .sort((a, b) => Number(base[a.at] ?? false) - Number(base[b.at] ?? false) || a.at - b.at);
  const kept = Math.min(right.length, Math.max(Math.floor(most / 4), most - wrong.length));
  const isJudged = tuned.length === rows.length;
  return [...wrong.slice(0, most - kept), ...right.slice(0, kept)].map(({ row, at }) => ({
    line: row.line,
    ...contest.show(row),
    answers: Object.fromEntries(
      showings.map(({ contestant, answers }) => [
        contestant.name,
        contest.tell(answers[at] as Answer),
      ]),
    ),
    ...(isJudged && {
      right: showings.flatMap(({ contestant, right: each }) => (each[at] ? [contestant.name] : [])),
    }),
  }));
}
