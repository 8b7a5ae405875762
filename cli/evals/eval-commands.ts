import { readFile } from 'node:fs/promises';
import { evalObjectSchema } from '@lathe/contracts/http/eval';
import { outputItemSchema, type RunObject, runObjectSchema } from '@lathe/contracts/http/eval-run';
import { type Api, take, wholeNumber } from '../api/api.ts';
import { poll } from '../api/poll.ts';
import { fileIdOf } from '../api/upload.ts';
import { type Argument, type Call, command } from '../command/command.ts';
import { CommandError } from '../command/failure.ts';
import { withSettings } from '../command/settings.ts';
import { moment, percent } from '../terminal/amounts.ts';
import { bar } from '../terminal/bar.ts';
import { table } from '../terminal/table.ts';
import { cutText, harmless, padText } from '../terminal/text-width.ts';

const evalArgument = { name: 'eval', meaning: 'its id' } as const satisfies Argument;

export const evalCreate = command({
  name: 'eval create',
  summary: "Creates an eval of a JSON file: the body of OpenAI's POST /v1/evals (docs/evals.md).",
  args: [
    {
      name: 'file',
      meaning: 'what its rows are like, and what is held against answers',
      completion: 'file',
    },
  ],
  options: {},
  async run({ args: [file = ''], out, isJson, json, connect }) {
    const body = await readJson(file);
    const made = await (await connect()).post('/evals', evalObjectSchema, body);
    if (isJson) return json(made);
    out.line(
      `${made.id}: ${made.name}. To ask a model: lathe eval run ${made.id} --model <model> --rows <file>`,
    );
  },
});

export const evalList = command({
  name: 'eval list',
  summary: 'Lists evals, oldest first.',
  args: [],
  options: {},
  async run({ out, isJson, json, connect }) {
    const rows: string[][] = [];
    for await (const one of (await connect()).list('/evals', evalObjectSchema)) {
      if (isJson) json(one);
      rows.push([one.id, one.name, String(one.testing_criteria.length), moment(one.created_at)]);
    }
    if (isJson) return;
    for (const line of table(['eval', 'name', 'criteria', 'created'], rows, out.width()))
      out.line(line);
  },
});

export const evalRun = command({
  name: 'eval run',
  summary: 'Asks a model the rows of an eval, and waits for its results.',
  details:
    'Ctrl-C stops waiting; the run goes on. --data takes the whole data_source of the API instead of model, rows and prompt.',
  examples: ['lathe eval run eval_… --model ft:… --rows rows.jsonl --prompt "{{ item.text }}"'],
  args: [evalArgument],
  options: {
    model: { meaning: 'who is asked', value: '<model>', short: 'm', completion: 'model' },
    rows: {
      meaning: 'JSON Lines with an item each, or the id of an uploaded file',
      value: '<file>',
      completion: 'file',
    },
    prompt: { meaning: 'what is asked, with {{ item.<field> }} of the row', value: '<template>' },
    system: { meaning: 'the system prompt', value: '<template>' },
    data: { meaning: 'a JSON file with the data_source', value: '<file>', completion: 'file' },
    set: {
      meaning: 'any other field of the request by its path',
      value: '<path=value>',
      many: true,
    },
  },
  async run(call) {
    const { args, options, isJson, json, err, connect, signal, catchInterrupt } = call;
    const source = options.data === undefined ? null : await readJson(options.data);
    if (source === null && (!options.model || !options.rows || !options.prompt))
      throw new CommandError(
        'usage',
        'Give --model, --rows and --prompt, or the whole data_source with --data.',
      );
    const api = await connect();
    const data = source ?? (await askedRows(call, api));
    const path = `/evals/${encodeURIComponent(args[0] ?? '')}/runs`;
    const begun = await api.post(
      path,
      runObjectSchema,
      withSettings({ data_source: data }, options.set),
    );
    catchInterrupt();
    try {
      const run = await poll(
        async () => {
          const now = await api.get(`${path}/${begun.id}`, runObjectSchema);
          const { total, passed, failed, errored } = now.result_counts;
          const done = passed + failed + errored;
          err.draw([`${bar(total === 0 ? 0 : done / total, 24)} ${done} of ${total} rows`]);
          return now;
        },
        ({ status }) => status !== 'queued' && status !== 'in_progress',
        signal,
      );
      err.clear();
      if (isJson) json(run);
      else tellRun(call, run);
      if (run.status !== 'completed')
        throw new CommandError('ended', run.error?.message ?? `The run was ${run.status}.`);
    } catch (error) {
      if (!signal.aborted) throw error;
      throw new CommandError(
        'interrupted',
        `Stopped waiting; the run goes on: lathe eval results ${args[0]} ${begun.id}`,
      );
    }
  },
});

type Asked = Call<{
  model: { meaning: string; value: string };
  rows: { meaning: string; value: string };
  prompt: { meaning: string; value: string };
  system: { meaning: string; value: string };
}>;

async function askedRows(
  call: Pick<Asked, 'options' | 'err' | 'isJson'>,
  api: Api,
): Promise<object> {
  const { model, rows = '', prompt, system } = call.options;
  const id = await fileIdOf(call, api, { name: rows, purpose: 'evals' });
  return {
    type: 'completions',
    model,
    source: { type: 'file_id', id },
    input_messages: {
      type: 'template',
      template: [
        ...(system === undefined ? [] : [{ role: 'system', content: system }]),
        { role: 'user', content: prompt },
      ],
    },
  };
}

export const evalResults = command({
  name: 'eval results',
  summary: 'Shows the results of a run by criterion, and the rows that failed.',
  args: [
    evalArgument,
    { name: 'run', meaning: 'its id; the newest run where it is left out', isOptional: true },
  ],
  options: { limit: { meaning: 'failing rows that are shown; 10 by default', value: '<n>' } },
  async run(call) {
    const { args, options, out, isJson, json, connect } = call;
    const most = wholeNumber(options.limit ?? '10', 'limit');
    const api = await connect();
    const path = `/evals/${encodeURIComponent(args[0] ?? '')}/runs`;
    const run = await findRun(api, path, args[1]);
    const items = api.list(`${path}/${run.id}/output_items`, outputItemSchema, { status: 'fail' });
    if (isJson) {
      json(run);
      for (const item of await take(items, most)) json(item);
      return;
    }
    tellRun(call, run);
    const failing = await take(items, most);
    if (failing.length > 0) out.line();
    for (const { datasource_item_id: at, sample, results } of failing) {
      const failed = results.filter(({ passed }) => !passed).map(({ name }) => name);
      const answer = sample.output[0]?.content ?? '';
      out.line(
        cutText(
          `row ${at + 1}: ${failed.join(', ')}: ${harmless(answer).replaceAll('\n', ' ')}`,
          out.width(),
        ),
      );
    }
  },
});

async function findRun(api: Api, path: string, id: string | undefined): Promise<RunObject> {
  if (id !== undefined) return api.get(`${path}/${encodeURIComponent(id)}`, runObjectSchema);
  const [newest] = await take(api.list(path, runObjectSchema, { order: 'desc', limit: 1 }), 1);
  if (newest !== undefined) return newest;
  throw new CommandError('failed', 'This eval has no run yet: lathe eval run begins one.');
}

function tellRun({ out }: Pick<Call, 'out'>, run: RunObject): void {
  const { total, passed, errored } = run.result_counts;
  out.line(
    `${run.id}: ${run.model || 'answers of the rows'}, ${run.status}, ${passed} of ${total} rows passed${errored > 0 ? `, ${errored} could not be judged` : ''}`,
  );
  const names = run.per_testing_criteria_results.map(({ testing_criteria: name }) => name.length);
  for (const {
    testing_criteria: name,
    passed: right,
    failed,
  } of run.per_testing_criteria_results) {
    const share = right + failed === 0 ? 0 : right / (right + failed);
    out.line(`  ${padText(name, Math.max(...names))}  ${bar(share, 24)} ${percent(share)}`);
  }
}

async function readJson(file: string): Promise<object> {
  const text = await readFile(file, 'utf8');
  try {
    return JSON.parse(text) as object;
  } catch (error) {
    throw new CommandError('usage', `${file} is no JSON: ${(error as Error).message}.`);
  }
}
