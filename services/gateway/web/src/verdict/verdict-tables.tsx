import type { Change, Contestant, EvaluationReport } from '@lathe/contracts/artifact/report';
import {
  chanceText,
  differenceText,
  metricText,
  unitOf,
  whoIs,
} from '@lathe/contracts/words/contestants';
import { figure, grouped } from '../ui/numbers.ts';
import { type Column, Table } from '../ui/table.tsx';

type Props = { readonly report: EvaluationReport };
type Comparison = EvaluationReport['comparisons'][number];

const tones = { improved: 'good', regressed: 'error', 'cannot tell': 'soft' } as const;
const signs = { improved: '▲', regressed: '▼', 'cannot tell': '=' } as const;

function Told({ verdict }: { readonly verdict: Change['verdict'] }) {
  return (
    <span class={tones[verdict]}>
      {signs[verdict]} {verdict}
    </span>
  );
}

/** The tuned model against every other contestant. */
export function Comparisons({ report }: Props) {
  const { comparisons, headline } = report;
  if (comparisons.length === 0) return null;
  const unit = ({ metric }: Comparison) => unitOf(report, metric ?? headline);
  const columns: Column<Comparison>[] = [
    {
      head: 'Against',
      value: ({ against }) => against,
      cell: ({ against, metric }) => (
        <>
          {against}
          {metric !== undefined && <div class="soft small-text">by {metric}</div>}
        </>
      ),
    },
    {
      head: 'Verdict',
      value: ({ verdict }) => verdict,
      cell: ({ verdict }) => <Told verdict={verdict} />,
    },
    {
      head: headline,
      value: ({ difference }) => difference,
      cell: (each) => (
        <>
          {differenceText(each.difference, unit(each))}
          {each.low !== undefined && each.high !== undefined && (
            <div class="soft small-text">
              {differenceText(each.low, unit(each))} to {differenceText(each.high, unit(each))}
            </div>
          )}
        </>
      ),
      isNumber: true,
    },
    {
      head: 'Rows won',
      value: ({ onlyTunedRight }) => onlyTunedRight,
      cell: ({ onlyTunedRight }) => grouped(onlyTunedRight),
      isNumber: true,
    },
    {
      head: 'Rows lost',
      value: ({ onlyOtherRight }) => onlyOtherRight,
      cell: ({ onlyOtherRight }) => grouped(onlyOtherRight),
      isNumber: true,
    },
    {
      head: 'By chance',
      value: ({ pValue }) => pValue,
      cell: ({ pValue }) => chanceText(pValue),
      isNumber: true,
    },
    {
      head: 'Rows that would tell',
      value: ({ rowsNeeded }) => rowsNeeded ?? null,
      cell: ({ rowsNeeded }) => (rowsNeeded === undefined ? '–' : grouped(rowsNeeded)),
      isNumber: true,
    },
  ];
  return (
    <>
      <h2>The tuned model against each other way</h2>
      <Table
        name="against"
        caption="The tuned model against each other way"
        rows={comparisons}
        columns={columns}
        keyOf={({ against, metric = '' }) => against + metric}
      />
      <p class="soft small-text">
        Won: only the tuned model is right. Lost: only the other is. By chance: how often a
        difference as large comes about where there is none; below 5 % counts.
      </p>
    </>
  );
}

/** Every contestant with what it is, its metrics with their intervals, and what an answer costs. */
export function Contestants({ report }: Props) {
  const { contestants, headline } = report;
  if (contestants.length === 0) return null;
  const all = new Set(contestants.flatMap(({ metrics }) => Object.keys(metrics)));
  const names = [headline, ...[...all].filter((name) => name !== headline)].filter((name) =>
    all.has(name),
  );
  const columns: Column<Contestant>[] = [
    {
      head: 'Contestant',
      value: ({ name }) => name,
      cell: (each) => (
        <>
          {each.name === 'tuned' ? <b>tuned</b> : each.name}
          <div class="soft small-text">{whoIs(each)}</div>
        </>
      ),
    },
    ...names.map(
      (name): Column<Contestant> => ({
        head: name,
        value: ({ metrics }) => metrics[name]?.value ?? null,
        cell: ({ metrics: { [name]: metric } }) =>
          metric === undefined ? (
            '–'
          ) : (
            <>
              {metricText(metric.value, metric.unit)}
              <div class="soft small-text">
                {metricText(metric.low, metric.unit)} to {metricText(metric.high, metric.unit)}
              </div>
            </>
          ),
        isNumber: true,
      }),
    ),
    {
      head: 'Loss',
      value: ({ loss }) => loss,
      cell: ({ loss }) => figure(loss),
      isNumber: true,
    },
    {
      head: 'Tokens an answer',
      value: tokensAnAnswer,
      cell: (each) => figure(tokensAnAnswer(each)),
      isNumber: true,
    },
    {
      head: 'ms an answer',
      value: timeAnAnswer,
      cell: (each) => figure(timeAnAnswer(each)),
      isNumber: true,
    },
  ];
  return (
    <>
      <h2>All contestants</h2>
      <Table
        name="contestants"
        caption="All contestants"
        rows={contestants}
        columns={columns}
        keyOf={({ name, model }) => name + (model ?? '')}
      />
    </>
  );
}

function tokensAnAnswer({ usage }: Contestant): number | null {
  const { answers = 0, promptTokens, answerTokens } = usage ?? {};
  if (promptTokens === undefined || answerTokens === undefined || answers === 0) return null;
  return Math.round((promptTokens + answerTokens) / answers);
}

function timeAnAnswer({ usage }: Contestant): number | null {
  if (usage?.milliseconds === undefined || usage.answers === 0) return null;
  return usage.milliseconds / usage.answers;
}

/** What tuning changed against the base, by metric and by kind of rows. */
export function Changes({ report }: Props) {
  const { changes = [], headline } = report;
  if (changes.length === 0) return null;
  const unit = ({ of, name }: Change) => unitOf(report, of === 'metric' ? name : headline);
  return (
    <>
      <h2>What tuning changed</h2>
      <Table<Change>
        name="changes"
        caption="The tuned model against its base, by metric and by kind of rows"
        rows={changes}
        keyOf={({ of, name }) => of + name}
        pageRows={12}
        columns={[
          {
            head: 'What',
            value: ({ of, name }) => `${of} ${name}`,
            cell: ({ of, name }) => (
              <>
                {name}
                {of === 'slice' && <div class="soft small-text">{headline}</div>}
              </>
            ),
          },
          {
            head: 'Verdict',
            value: ({ verdict }) => verdict,
            cell: ({ verdict }) => <Told verdict={verdict} />,
          },
          {
            head: 'Change',
            value: ({ difference }) => difference,
            cell: (each) => (
              <>
                {differenceText(each.difference, unit(each))}
                <div class="soft small-text">
                  {differenceText(each.low, unit(each))} to {differenceText(each.high, unit(each))}
                </div>
              </>
            ),
            isNumber: true,
          },
          {
            head: 'Rows',
            value: ({ rows }) => rows,
            cell: ({ rows }) => grouped(rows),
            isNumber: true,
          },
          {
            head: 'By chance',
            value: ({ pValue }) => pValue,
            cell: ({ pValue }) => chanceText(pValue),
            isNumber: true,
          },
        ]}
      />
    </>
  );
}
