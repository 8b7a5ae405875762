import { type UsageObject, usageObjectSchema } from '@lathe/contracts/http/usage';
import { wholeNumber } from '../api/api.ts';
import { command } from '../command/command.ts';
import { bytes, count, duration } from '../terminal/amounts.ts';
import { table } from '../terminal/table.ts';

type Day = UsageObject['days'][number];

const secondsOfDay = 86_400;

export const usage = command({
  name: 'usage',
  summary: 'Tells what the project used, by UTC day and by model: jobs, tokens, time of workers.',
  args: [],
  options: { days: { meaning: 'the last so many, today included; 30 by default', value: '<n>' } },
  async run({ options, out, isJson, json, connect }) {
    const days = wholeNumber(options.days ?? '30', 'days');
    const api = await connect();
    const now = Math.floor(Date.now() / 1000);
    const query = { start_time: Math.max(0, now - (days - 1) * secondsOfDay) };
    const used = await api.get('/lathe/usage', usageObjectSchema, query);
    if (isJson) return json(used);
    const busy = used.days.filter(isBusy);
    if (busy.length === 0) out.line(`Nothing was used in ${days} days.`);
    else for (const line of table(dayHead, busy.map(dayCells), out.width())) out.line(line);
    const models = modelCells(busy);
    if (models.length > 0) {
      out.line();
      for (const line of table(modelHead, models, out.width())) out.line(line);
    }
    out.line();
    out.line(`files that are kept: ${bytes(used.stored_file_bytes)}`);
  },
});

function isBusy(day: Day): boolean {
  return day.models.length > 0 || day.jobs_created + day.jobs_succeeded + day.jobs_failed > 0;
}

const dayHead = ['day (UTC)', 'jobs', 'succeeded', 'failed', 'tokens trained', 'time of workers'];

function dayCells(day: Day): string[] {
  return [
    day.date,
    count(day.jobs_created),
    count(day.jobs_succeeded),
    count(day.jobs_failed),
    count(day.trained_tokens),
    duration(day.worker_seconds),
  ];
}

const modelHead = ['model', 'requests', 'tokens in', 'tokens out'];

/** What was answered by each model on all of these days, the most asked first. */
function modelCells(days: readonly Day[]): string[][] {
  const byModel = Map.groupBy(
    days.flatMap(({ models }) => models),
    ({ model }) => model,
  );
  return [...byModel]
    .map(([model, all]) => ({
      model,
      requests: all.reduce((sum, { requests }) => sum + requests, 0),
      input: all.reduce((sum, { input_tokens: tokens }) => sum + tokens, 0),
      output: all.reduce((sum, { output_tokens: tokens }) => sum + tokens, 0),
    }))
    .toSorted((a, b) => b.requests - a.requests)
    .map(({ model, requests, input, output }) => [
      model,
      count(requests),
      count(input),
      count(output),
    ]);
}
