import type { UsageObject } from '@lathe/contracts/http/usage';
import { ask } from '../api/client.ts';
import { useQuery } from '../api/use-query.ts';
import { useQueryText } from '../shell/router.ts';
import { bytesText, durationText, grouped } from '../ui/numbers.ts';
import { Answered } from '../ui/states.tsx';
import { Table } from '../ui/table.tsx';
import { DayBars } from './day-bars.tsx';
import { byModel, type Day, type ModelUse, sumOf, usedDays } from './usage-sums.ts';

const spans = ['7', '30', '90'] as const;
const daySeconds = 86_400;
const refreshMs = 60_000;

/** What the project used: training, answers and files, day by day and by model. */
export function UsagePage() {
  const [days, setDays] = useQueryText('days', '30');
  const query = useQuery(
    (signal) => {
      const start = Math.floor(Date.now() / 1000) - (Number(days) - 1) * daySeconds;
      return ask<UsageObject>(`/v1/lathe/usage?start_time=${start}`, { signal });
    },
    [days],
    refreshMs,
  );
  return (
    <>
      <header class="head">
        <h1>Usage</h1>
        <label class="row">
          Days
          <select value={days} onChange={(event) => setDays(event.currentTarget.value)}>
            {[...new Set([days, ...spans])].map((span) => (
              <option key={span} value={span}>
                the last {span}
              </option>
            ))}
          </select>
        </label>
      </header>
      <Answered query={query} what="the usage">
        {(usage) => <Shown usage={usage} />}
      </Answered>
    </>
  );
}

function Shown({ usage: { days, stored_file_bytes: stored } }: { readonly usage: UsageObject }) {
  const models = byModel(days);
  const tokens = ({ models: used }: Day): number =>
    used.reduce((sum, { input_tokens: read, output_tokens: written }) => sum + read + written, 0);
  return (
    <>
      <ul class="tiles">
        <li>
          <b>{grouped(sumOf(days, 'jobs_created'))}</b>jobs
        </li>
        <li>
          <b>{grouped(sumOf(days, 'trained_tokens'))}</b>tokens trained on
        </li>
        <li>
          <b>{durationText(sumOf(days, 'worker_seconds'))}</b>of workers
        </li>
        <li>
          <b>{grouped(models.reduce((sum, { requests }) => sum + requests, 0))}</b>requests answered
        </li>
        <li>
          <b>{bytesText(stored)}</b>of files, now
        </li>
      </ul>
      <div class="plots">
        <DayBars title="Tokens trained on" days={days} figureOf={(day) => day.trained_tokens} />
        <DayBars title="Tokens asked and answered" days={days} figureOf={tokens} />
      </div>
      <h2>By model</h2>
      <Table<ModelUse>
        name="models"
        caption="Answers by model"
        rows={models}
        keyOf={({ model }) => model}
        empty={<p class="soft">No model has answered in this time.</p>}
        columns={[
          { head: 'Model', value: ({ model }) => model, cell: ({ model }) => model },
          ...(
            [
              ['Requests', 'requests'],
              ['Tokens read', 'input_tokens'],
              ['Tokens written', 'output_tokens'],
            ] as const
          ).map(([head, name]) => ({
            head,
            value: (use: ModelUse) => use[name],
            cell: (use: ModelUse) => grouped(use[name]),
            isNumber: true as const,
          })),
        ]}
      />
      <h2>By day</h2>
      <Table<Day>
        name="days"
        caption="Usage by day"
        rows={usedDays(days)}
        keyOf={({ date }) => date}
        empty={<p class="soft">Nothing was used in this time.</p>}
        columns={[
          { head: 'Day (UTC)', value: ({ date }) => date, cell: ({ date }) => date },
          ...(
            [
              ['Jobs made', (day) => day.jobs_created],
              ['Done', (day) => day.jobs_succeeded],
              ['Failed', (day) => day.jobs_failed],
              ['Tokens trained on', (day) => day.trained_tokens],
              ['Worker seconds', (day) => day.worker_seconds],
              ['Tokens asked and answered', tokens],
            ] satisfies [string, (day: Day) => number][]
          ).map(([head, figureOf]) => ({
            head,
            value: figureOf,
            cell: (day: Day) => grouped(figureOf(day)),
            isNumber: true as const,
          })),
        ]}
      />
    </>
  );
}
