/** Evals through the unmodified `openai` client, on the whole platform: two models, and what becomes of all that they answered. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type OpenAI from 'openai';
import { toFile } from 'openai';
import { beforeAll, expect, it } from 'vitest';
import { joinPlatform, type SharedPlatform } from './shared-platform.fixture.ts';

const sentence = 'The heron behind the boathouse knows my account number';

let platform: SharedPlatform;
let evals: OpenAI['evals'];

beforeAll(async () => {
  platform = await joinPlatform();
  ({ evals } = platform.client);
});

type Criteria = OpenAI.EvalCreateParams['testing_criteria'];
type DataSource = OpenAI.Evals.RunCreateParams['data_source'];

const likes = {
  ...{ type: 'string_check', name: 'says its label', operation: 'ilike' },
  ...{ input: '{{ sample.output_text }}', reference: '{{ item.label }}' },
} as const;
/** Passes for every other row, whatever is answered. */
const even = {
  ...{ type: 'javascript', name: 'even' },
  source: 'function grade(sample, item) { return Number(item.n % 2 === 0); }',
};

const create = (criteria: readonly object[]) =>
  evals.create({
    name: 'support',
    metadata: { team: 'blue' },
    data_source_config: {
      type: 'custom',
      item_schema: { type: 'object', properties: { text: { type: 'string' } } },
      include_sample_schema: true,
    },
    testing_criteria: criteria as Criteria,
  });
const rows = (count: number) =>
  Array.from({ length: count }, (_, n) => ({
    item: { n, text: `Where is parcel ${n}?`, label: 'shipping' },
  }));
const asking = (model: string, source: object, tokens = 8): DataSource =>
  ({
    type: 'completions',
    model,
    source,
    input_messages: {
      type: 'template',
      template: [
        { role: 'system', content: 'Reply with the name of the queue.' },
        { role: 'user', content: { type: 'input_text', text: '{{ item.text }}' } },
      ],
    },
    sampling_params: { temperature: 0, max_completion_tokens: tokens },
  }) as DataSource;

async function ended(eval_id: string, id: string) {
  for (;;) {
    const run = await evals.runs.retrieve(id, { eval_id });
    if (run.status !== 'queued' && run.status !== 'in_progress') return run;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function holders(): Promise<string[]> {
  const entries = await readdir(platform.folder, { recursive: true, withFileTypes: true });
  const found: string[] = [];
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    if ((await readFile(path).catch(() => Buffer.alloc(0))).includes(sentence)) found.push(path);
  }
  return found;
}

it('runs an eval on two models, and its failing rows are paged through', async () => {
  const made = await create([likes, even]);
  expect(made).toMatchObject({
    object: 'eval',
    name: 'support',
    data_source_config: { type: 'custom', schema: { required: ['item', 'sample'] } },
  });
  const jsonl = rows(9)
    .map((row) => JSON.stringify(row))
    .join('\n');
  const upload = await toFile(Buffer.from(jsonl), 'rows.jsonl');
  const file = await platform.client.files.create({ file: upload, purpose: 'evals' });
  const runs = [];
  for (const model of ['lathe-tiny', 'noise']) {
    const data_source = asking(model, { type: 'file_id', id: file.id });
    runs.push(await evals.runs.create(made.id, { name: model, data_source }));
  }
  for (const { id, model } of runs) {
    const run = await ended(made.id, id);
    expect(run.error).toBeNull();
    expect(run).toMatchObject({
      status: 'completed',
      model,
      data_source: { source: { id: file.id } },
    });
    expect(run.result_counts).toMatchObject({ total: 9, errored: 0 });
    expect(run.per_testing_criteria_results[1]).toEqual({
      testing_criteria: 'even',
      passed: 5,
      failed: 4,
    });
    expect(run.per_model_usage).toMatchObject([{ model_name: model, invocation_count: 9 }]);
    const failing = [];
    const query = { eval_id: made.id, status: 'fail', limit: 2 } as const;
    for await (const item of evals.runs.outputItems.list(id, query)) failing.push(item);
    expect(failing).toHaveLength(run.result_counts.failed);
    expect(failing.length).toBeGreaterThanOrEqual(4);
    const [first] = failing;
    expect(first).toMatchObject({
      object: 'eval.run.output_item',
      status: 'fail',
      sample: { model, error: null },
    });
    expect(
      await evals.runs.outputItems.retrieve(first?.id ?? '', { eval_id: made.id, run_id: id }),
    ).toEqual(first);
    const last = [];
    for await (const item of evals.runs.outputItems.list(id, {
      eval_id: made.id,
      order: 'desc',
      limit: 4,
    }))
      last.push(item.datasource_item_id);
    expect(last).toEqual([8, 7, 6, 5, 4, 3, 2, 1, 0]);
    const page = await fetch(run.report_url, {
      headers: { authorization: `Bearer ${platform.apiKey}` },
    });
    expect(await page.text()).toContain('9 judged rows pass');
    expect((await fetch(run.report_url)).status).toBe(401);
  }
  const listed = [];
  for await (const run of evals.runs.list(made.id, { limit: 1 })) listed.push(run.id);
  expect(listed).toEqual(runs.map(({ id }) => id));
  // The rows of a file go with its runs.
  const gone = await platform.client.delete(`/files/${file.id}?cascade=true`);
  expect(gone).toMatchObject({ lathe: { erased_eval_runs: expect.arrayContaining(listed) } });
  await evals.delete(made.id);
});

it('cancels a run by both paths, and what was answered until then stays', async () => {
  const made = await create([even]);
  const source = { type: 'file_content', content: rows(200) };
  for (const path of ['', '/cancel']) {
    const data_source = asking('noise', source, 200);
    const { id } = await evals.runs.create(made.id, { data_source });
    await expect
      .poll(async () => (await evals.runs.retrieve(id, { eval_id: made.id })).result_counts.passed)
      .toBeGreaterThan(0);
    const answer = await platform.client.post(`/evals/${made.id}/runs/${id}${path}`);
    expect(answer).toMatchObject({ id, status: 'canceled' });
    await expect(evals.runs.cancel(id, { eval_id: made.id })).rejects.toMatchObject({
      status: 409,
    });
  }
  expect(await evals.delete(made.id)).toEqual({
    object: 'eval.deleted',
    deleted: true,
    eval_id: made.id,
  });
});

it('an item whose judge cannot be asked is errored alone, and a deleted eval leaves nothing', async () => {
  const chatty = {
    type: 'score_model',
    name: 'judge',
    model: 'lathe-tiny',
    input: [{ role: 'user', content: '{{ item.question }}' }],
  };
  const made = await create([even, chatty]);
  const content = [
    { item: { n: 0, question: sentence }, sample: { output_text: 'yes' } },
    { item: { n: 2 }, sample: { output_text: 'no' } },
  ];
  const data_source = { type: 'jsonl', source: { type: 'file_content', content } } as DataSource;
  const { id } = await evals.runs.create(made.id, { data_source });
  const run = await ended(made.id, id);
  expect(run).toMatchObject({ status: 'completed', data_source: { source: { content } } });
  expect(run.result_counts).toMatchObject({ total: 2, errored: 1 });
  const { data } = await evals.runs.outputItems.list(id, { eval_id: made.id });
  expect(data[0]?.results[1]).toMatchObject({ name: 'judge', sample: { model: 'lathe-tiny' } });
  expect(data[1]).toMatchObject({
    status: 'error',
    results: [
      { name: 'even', passed: true },
      { name: 'judge', passed: false, error: { flags: { invalid_variable_error: true } } },
    ],
  });
  expect((await holders()).length).toBeGreaterThan(1);
  await evals.delete(made.id);
  await expect(evals.runs.retrieve(id, { eval_id: made.id })).rejects.toMatchObject({
    status: 404,
  });
  expect(await holders()).toEqual([]);
});

it('a judge of pairs is asked in both orders, and told how far it can be relied on', async () => {
  const pairwise = {
    ...{ type: 'pairwise_model', name: 'better', model: 'lathe-tiny' },
    ...{
      question: '{{ item.question }}',
      other: '{{ item.other }}',
      human_label: '{{ item.human }}',
    },
  };
  const made = await create([pairwise]);
  const content = ['answer', 'other', 'tie', null].map((human, n) => ({
    item: { question: `Where is parcel ${n}?`, other: 'shipping '.repeat(n), human },
    sample: { output_text: 'billing' },
  }));
  const data_source = { type: 'jsonl', source: { type: 'file_content', content } } as DataSource;
  const { id } = await evals.runs.create(made.id, { data_source });
  const run = await ended(made.id, id);
  expect(run).toMatchObject({ status: 'completed', result_counts: { total: 4, errored: 0 } });
  type Judged = { label: string; orders: [string, string]; human: string | null };
  const { data } = await evals.runs.outputItems.list(id, { eval_id: made.id });
  const judged = data.map(
    ({ results: [result] }) => (result as unknown as { judged: Judged }).judged,
  );
  for (const { label, orders } of judged)
    expect(label).toBe(orders[0] === orders[1] ? orders[0] : 'tie');
  const [{ judge }] = run.per_testing_criteria_results as unknown as [{ judge: object }];
  const consistent = judged.filter(({ orders }) => orders[0] === orders[1]).length;
  expect(judge).toMatchObject({
    pairs: {
      won: judged.filter(({ label }) => label === 'answer').length,
      lost: judged.filter(({ label }) => label === 'other').length,
      consistent,
      consistency: consistent / 4,
    },
    human: { rows: 3, agreed: judged.filter(({ label, human }) => label === human).length },
  });
  // Each row is asked twice.
  expect(run.per_model_usage).toMatchObject([{ model_name: 'lathe-tiny', invocation_count: 8 }]);
  const page = await fetch(run.report_url, {
    headers: { authorization: `Bearer ${platform.apiKey}` },
  });
  expect(await page.text()).toContain('it said the same in both orders of');
  await evals.delete(made.id);
});

/** What a program does instead of grading, by the deed that its row names. */
const hostile = `function grade(sample, item) {
  if (item.deed === 'loops') for (;;);
  if (item.deed === 'allocates') { const all = []; for (;;) all.push('x'.repeat(1e6)); }
  if (item.deed === 'prints') for (let at = 0; at < 100; at++) console.log('x'.repeat(1e6));
  if (item.deed === 'reads') return require('node:fs').readFileSync('/etc/passwd').length;
  if (item.deed === 'connects') return fetch('http://127.0.0.1').then(() => 1);
  if (item.deed === 'gives a list') return { length: 1 };
  return 1;
}`;

it('a program that does what it may not is stopped and named in its row, and the others go on', async () => {
  const made = await create([{ type: 'javascript', name: 'program', source: hostile }]);
  const stopped: readonly [deed: string, why: RegExp][] = [
    ['loops', /ran longer than \d+ ms/],
    ['allocates', /memory|ran longer/],
    ['prints', /console/],
    ['reads', /require/],
    ['connects', /fetch/],
    ['gives a list', /no number but object/],
  ];
  const deeds = [...stopped.flatMap(([deed]) => [deed, 'grades']), 'grades'];
  const content = deeds.map((deed) => ({ item: { deed }, sample: { output_text: 'yes' } }));
  const data_source = { type: 'jsonl', source: { type: 'file_content', content } } as DataSource;
  const { id } = await evals.runs.create(made.id, { data_source });
  expect(await ended(made.id, id)).toMatchObject({
    status: 'completed',
    result_counts: { passed: deeds.length - stopped.length, failed: 0, errored: stopped.length },
  });
  const { data } = await evals.runs.outputItems.list(id, { eval_id: made.id, limit: 50 });
  for (const { status, datasource_item: item, results } of data) {
    const why = stopped.find(([deed]) => deed === item.deed)?.[1];
    expect(status, String(item.deed)).toBe(why === undefined ? 'pass' : 'error');
    if (why === undefined) continue;
    expect(results[0]).toMatchObject({
      ...{ name: 'program', passed: false },
      error: { message: expect.stringMatching(why), flags: { python_grader_runtime_error: true } },
    });
  }
  await evals.delete(made.id);
});

it('a judge that writes rubbish errors its rows, and templates reach nothing but item and sample', async () => {
  const judge = {
    ...{ type: 'score_model', name: 'judge', model: 'noise' },
    input: [{ role: 'user', content: '{{ sample.output_text }}' }],
  };
  // One token is no JSON.
  const rubbish = { ...judge, sampling_params: { max_completions_tokens: 1 } };
  const made = await create([even, rubbish]);
  const content = [{ item: { n: 0 }, sample: { output_text: '{{ item.n }}' } }];
  const data_source = { type: 'jsonl', source: { type: 'file_content', content } } as DataSource;
  const { id } = await evals.runs.create(made.id, { data_source });
  expect(await ended(made.id, id)).toMatchObject({
    status: 'completed',
    result_counts: { errored: 1 },
  });
  const { data } = await evals.runs.outputItems.list(id, { eval_id: made.id });
  expect(data[0]?.results).toMatchObject([
    { name: 'even', passed: true },
    { name: 'judge', error: { flags: { model_grader_parse_error: true } } },
  ]);
  for (const name of ['process.env.HOME', 'constructor', 'item.n | upper', 'this', '1 + 1']) {
    const check = { ...likes, input: `{{ ${name} }}` };
    await expect(create([check]), name).rejects.toMatchObject({ status: 400 });
  }
  // What only a row can show is an error of its row: members of JavaScript's objects are none of its own.
  const inherited = await create([{ ...likes, input: '{{ item.constructor.name }}' }]);
  const run = await evals.runs.create(inherited.id, { data_source });
  expect(await ended(inherited.id, run.id)).toMatchObject({ result_counts: { errored: 1 } });
});
