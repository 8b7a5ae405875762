import { evalItemSchema } from '@lathe/contracts/artifact/eval-item';
import { evalItemKey } from '@lathe/contracts/artifact/key';
import { importedEvalSchema } from '@lathe/contracts/http/eval-import';
import type { EvalRunRecord } from '@lathe/contracts/record/eval-run';
import { recordKey } from '@lathe/contracts/subject';
import { createLogger } from '@lathe/platform/log';
import { readStageQueue } from '@lathe/platform/nats/work-queue';
import { openRecords } from '@lathe/platform/records/kv';
import { expect, it } from 'vitest';
import { placeSchema } from '../http/places.ts';
import { baseModel, project } from '../integration/gateway.fixture.ts';
import { oneGateway } from '../integration/one-gateway.fixture.ts';
import { claimSchema } from '../jobs/duplicates.ts';
import { eraseOldEvals } from './retention.ts';

const gateway = oneGateway({ evalRunsOpen: 3, evalsKept: 100 });

const check = {
  ...{ type: 'string_check', name: 'same', operation: 'eq' },
  ...{ input: '{{ sample.output_text }}', reference: '{{ item.label }}' },
};
const judge = {
  ...{ type: 'score_model', name: 'judge', model: baseModel.name },
  input: [{ role: 'user', content: '{{ sample.output_text }}' }],
};
const definition = {
  data_source_config: { type: 'custom', item_schema: { type: 'object' } },
  testing_criteria: [check],
};
const source = { type: 'file_content', content: [{ item: { label: 'yes' } }] };
const asked = {
  ...{ type: 'completions', model: baseModel.name, source },
  input_messages: { type: 'template', template: [{ role: 'user', content: '{{ item.label }}' }] },
};

const send = (path: string, body: object, headers: Record<string, string> = {}) =>
  gateway.fetch(`/v1/evals${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...headers },
  });
const make = async (path: string, body: object, headers: Record<string, string> = {}) => {
  const response = await send(path, body, headers);
  expect(response.status).toBe(201);
  return (await response.json()) as { id: string };
};
const read = async (path: string) =>
  (await (await gateway.fetch(`/v1/evals${path}`)).json()) as {
    data: { id: string; name: string; datasource_item_id: number }[];
    has_more: boolean;
  };
/** Changes a run as an evaluator would. */
const patchRun = async (id: string, change: Partial<EvalRunRecord>) => {
  const key = recordKey(project, id);
  const stored = (await gateway.evalRuns.get(key))?.value ?? expect.fail('no run');
  await gateway.evalRuns.put(key, { ...stored, ...change });
};
const cancel = (of: string, run: string) => send(`/${of}/runs/${run}/cancel`, {});

it.each([
  [
    'testing_criteria[0].pass_threshold',
    {
      testing_criteria: [
        { ...check, type: 'text_similarity', operation: undefined, evaluation_metric: 'bleu' },
      ],
    },
  ],
  [
    'testing_criteria[0].model',
    {
      testing_criteria: [
        {
          type: 'label_model',
          name: 'a',
          model: 'gone',
          labels: ['x'],
          passing_labels: ['x'],
          input: [{ role: 'user', content: 'x' }],
        },
      ],
    },
  ],
  [
    'testing_criteria[0].model',
    {
      testing_criteria: [
        {
          ...{ type: 'text_similarity', name: 'near', evaluation_metric: 'cosine' },
          ...{ input: check.input, reference: check.reference, pass_threshold: 0.8 },
        },
      ],
    },
  ],
  [
    'testing_criteria[0].sampling_params.reasoning_effort',
    { testing_criteria: [{ ...judge, sampling_params: { reasoning_effort: 'high' } }] },
  ],
  [
    'testing_criteria[0].input[0].content',
    {
      testing_criteria: [
        {
          ...judge,
          input: [{ role: 'user', content: { type: 'input_image', image_url: 'https://host/a' } }],
        },
      ],
    },
  ],
  ['testing_criteria[1].name', { testing_criteria: [check, check] }],
  ['testing_criteria[0]', { testing_criteria: [{ ...check, input: '{{ process.env }}' }] }],
  [
    'testing_criteria[0]',
    { testing_criteria: [{ type: 'python', name: 'p', source: 'def grade(s, i): return 1' }] },
  ],
  [
    'data_source_config.item_schema',
    {
      data_source_config: { type: 'custom', item_schema: { properties: { a: { type: 'text' } } } },
    },
  ],
  [
    'data_source_config.item_schema',
    { data_source_config: { type: 'custom', item_schema: { pattern: '(' } } },
  ],
  ['data_source_config.type', { data_source_config: { type: 'responses' } }],
  ['metadata', { metadata: Object.fromEntries(Array.from({ length: 17 }, (_, at) => [at, ''])) }],
  ['surprise', { surprise: 1 }],
])('an eval is refused at %s', async (param, change) => {
  const response = await send('', { ...definition, ...change });
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ error: { param, type: 'invalid_request_error' } });
});

it('an eval takes the nulls that clients write for what was left out', async () => {
  const { name: _, ...of } = judge;
  const nulls = { reasoning_effort: null, seed: null, max_completions_tokens: null };
  const testing_criteria = [
    { ...judge, range: null, pass_threshold: null, sampling_params: nulls },
    { ...of, type: 'score_model', name: 'bare', sampling_params: null },
    {
      ...{ ...of, type: 'label_model', name: 'label', sampling_params: null },
      ...{ labels: ['a', 'b'], passing_labels: ['a'] },
    },
  ];
  await make('', { ...definition, testing_criteria });
});

it('says of an image in a message that texts alone are taken', async () => {
  const content = { type: 'input_image', image_url: 'https://host/a' };
  const testing_criteria = [{ ...judge, input: [{ role: 'user', content }] }];
  const response = await send('', { ...definition, testing_criteria });
  const { error } = (await response.json()) as { error: { message: string } };
  expect(error.message).toMatch(/: must be a text of .*; images and sound are not taken\.$/);
});

it('a vector model that a grader does not name is the one that OpenAI asks, by an alias', async () => {
  const near = {
    ...{ type: 'text_similarity', name: 'near', evaluation_metric: 'cosine' },
    ...{ input: check.input, reference: check.reference, pass_threshold: 0.8 },
  };
  const alias = { alias: 'text-embedding-3-large', model: baseModel.name };
  await gateway.client.post('/lathe/aliases', { body: alias });
  const { id } = await make('', { ...definition, testing_criteria: [near] });
  const run = await make(`/${id}/runs`, { data_source: { type: 'jsonl', source } });
  const record = (await gateway.evalRuns.get(recordKey(project, run.id)))?.value;
  expect(record?.criteria[0]).toMatchObject({ ...near, model: baseModel.name });
  await gateway.client.delete('/lathe/aliases/text-embedding-3-large');
  await cancel(id, run.id);
});

it('a run is refused that asks more than a record holds', async () => {
  const { id } = await make('', definition);
  const template = Array.from({ length: 4 }, () => ({ role: 'user', content: 'x'.repeat(90_000) }));
  const data_source = { ...asked, input_messages: { type: 'template', template } };
  const response = await send(`/${id}/runs`, { data_source });
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ error: { param: 'data_source' } });
});

it('evals are listed by either time and in either order, and changed', async () => {
  const first = await make('', { ...definition, name: 'first' });
  const second = await make('', { ...definition, name: 'second', metadata: { a: 'b' } });
  const changed = await send(`/${first.id}`, { name: 'renamed' });
  expect(await changed.json()).toMatchObject({ id: first.id, name: 'renamed', metadata: null });
  const ids = async (query: string) =>
    (await read(query)).data.map(({ id }) => id).filter((id) => [first.id, second.id].includes(id));
  expect(await ids('')).toEqual([first.id, second.id]);
  expect(await ids('?order=desc')).toEqual([second.id, first.id]);
  expect(await ids('?order_by=updated_at')).toEqual([second.id, first.id]);
  expect(await ids(`?after=${first.id}`)).toEqual([second.id]);
  await gateway.fetch(`/v1/evals/${first.id}`, { method: 'DELETE' });
  // Whoever pages on after a deleted one goes on from its place.
  expect(await ids(`?after=${first.id}`)).toEqual([second.id]);
});

it.each([
  [
    'data_source.source.id',
    { ...asked, source: { type: 'file_id', id: 'file-00000000000000000000gone' } },
  ],
  ['data_source.source.type', { ...asked, source: { type: 'responses' } }],
  ['data_source.source', { ...asked, source: { type: 'stored_completions', model: 'nobody' } }],
  ['data_source.input_messages', { ...asked, input_messages: null }],
  ['data_source.model', { ...asked, model: 'gone' }],
  [
    'data_source.input_messages.template[0].content',
    {
      ...asked,
      input_messages: {
        type: 'template',
        template: [{ role: 'user', content: '{{ sample.output_text }}' }],
      },
    },
  ],
  [
    'data_source.input_messages.item_reference',
    { ...asked, input_messages: { type: 'item_reference', item_reference: 'process.env' } },
  ],
  [
    'data_source.sampling_params.reasoning_effort',
    { ...asked, sampling_params: { reasoning_effort: 'high' } },
  ],
  [
    'data_source.source.content[0].surprise',
    { type: 'jsonl', source: { ...source, content: [{ item: {}, surprise: 1 }] } },
  ],
])('a run is refused at %s', async (param, data_source) => {
  const { id } = await make('', definition);
  const response = await send(`/${id}/runs`, { data_source });
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ error: { param } });
});

it('a create that is sent again finds the first run, which is queued once; too many are told to wait', async () => {
  const of = await make('', definition);
  const headers = { 'idempotency-key': 'once' };
  const first = await make(`/${of.id}/runs`, { data_source: asked }, headers);
  expect(await make(`/${of.id}/runs`, { data_source: asked }, headers)).toEqual(first);
  const { queued } = await readStageQueue(gateway.nats, 'eval-run');
  expect(queued.filter(({ message }) => message.jobId === first.id)).toHaveLength(1);
  const [second, third] = [
    await make(`/${of.id}/runs`, { data_source: asked }),
    await make(`/${of.id}/runs`, { data_source: asked }),
  ];
  const refused = await send(`/${of.id}/runs`, { data_source: asked });
  expect(refused.status).toBe(429);
  expect(refused.headers.get('retry-after')).not.toBeNull();
  for (const { id } of [first, second, third]) expect((await cancel(of.id, id)).status).toBe(200);
  const again = await cancel(of.id, first.id);
  expect([again.status, again.headers.get('x-should-retry')]).toEqual([409, 'false']);
  expect((await read(`/${of.id}/runs?status=canceled&limit=2`)).data).toHaveLength(2);
});

it('a run holds its judges by their own names, and the eval as they were written', async () => {
  const alias = 'judge of theirs';
  await gateway.client.post('/lathe/aliases', { body: { alias, model: baseModel.name } });
  const input = [{ role: 'user', content: '{{ sample.output_text }}' }];
  const judge = { type: 'score_model', name: 'judge', model: alias, input };
  const graders = { judge };
  const multi = { type: 'multi', name: 'all', graders, calculate_output: 'judge' };
  const criteria = [judge, multi];
  const of = await make('', { ...definition, testing_criteria: criteria });
  expect(of).toMatchObject({ testing_criteria: criteria });
  const { id } = await make(`/${of.id}/runs`, { data_source: asked });
  const own = { ...judge, model: baseModel.name };
  const run = await gateway.evalRuns.get(recordKey(project, id));
  expect(run?.value.criteria).toEqual([own, { ...multi, graders: { judge: own } }]);
  await cancel(of.id, id);
});

it('the list of answered rows ends before the first that is missing, until the run is over', async () => {
  const of = await make('', definition);
  const { id } = await make(`/${of.id}/runs`, { data_source: asked });
  const put = async (index: number, status: 'pass' | 'fail'): Promise<void> => {
    const sample = {
      input: [],
      output: [],
      finish_reason: '',
      model: '',
      error: null,
      seed: null,
      temperature: null,
      top_p: null,
      max_completion_tokens: null,
      usage: { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0, cached_tokens: 0 },
    };
    const item = evalItemSchema.parse({
      version: 1,
      index,
      createdAt: 1,
      status,
      item: { index },
      results: [],
      usage: [],
      sample,
    });
    await gateway.artifacts.put(
      evalItemKey(project, id, { index, status }),
      Buffer.from(JSON.stringify(item)),
    );
  };
  await patchRun(id, { state: 'in_progress' });
  for (const [index, status] of [
    [0, 'fail'],
    [1, 'pass'],
    [3, 'fail'],
  ] as const)
    await put(index, status);
  const items = `/${of.id}/runs/${id}/output_items`;
  const places = async (query: string) =>
    (await read(`${items}${query}`)).data.map((item) => item.datasource_item_id);
  expect(await places('')).toEqual([0, 1]);
  await put(2, 'fail');
  expect(await places('?status=fail')).toEqual([0, 2, 3]);
  const page = await read(`${items}?status=fail&limit=1`);
  expect(page).toMatchObject({ has_more: true, data: [{ datasource_item_id: 0 }] });
  expect(await places(`?status=fail&after=${page.data[0]?.id}`)).toEqual([2, 3]);
  expect(await places(`?order=desc&after=${page.data[0]?.id}`)).toEqual([]);
  expect(await places('?order=desc&limit=2')).toEqual([3, 2]);
  const foreign = await gateway.fetch(`/v1/evals${items}?after=outputitem_0000000000`);
  expect(await foreign.json()).toMatchObject({ error: { param: 'after' } });
  await put(5, 'pass');
  await cancel(of.id, id);
  expect(await places('')).toEqual([0, 1, 2, 3, 5]);
});

it('runs past their retention go, then evals without runs; and runs whose eval is gone', async () => {
  const dayMs = 86_400_000;
  const log = createLogger(gateway.config, 'test');
  const claims = await openRecords(gateway.nats, 'lathe-idempotency', claimSchema);
  const places = await openRecords(gateway.nats, 'lathe-idempotency', placeSchema);
  const ports = { ...gateway, claims, places, log };
  const sweep = (retentionMs: number, now: number) =>
    eraseOldEvals({ ...ports, now: () => now } as never, { retentionMs });
  const exists = async (path: string) => (await gateway.fetch(`/v1/evals/${path}`)).status === 200;
  const [old, lost] = [await make('', definition), await make('', definition)];
  const run = await make(`/${old.id}/runs`, { data_source: asked });
  const stray = await make(`/${lost.id}/runs`, { data_source: asked });
  await cancel(old.id, run.id);
  await gateway.evals.delete(recordKey(project, lost.id));
  await sweep(0, Date.now() + 400 * dayMs);
  expect(await exists(`${old.id}/runs/${run.id}`)).toBe(true);
  expect(await gateway.evalRuns.get(recordKey(project, stray.id))).toBeNull();
  await sweep(dayMs, Date.now() + 2 * dayMs);
  expect([await exists(`${old.id}/runs/${run.id}`), await exists(old.id)]).toEqual([false, false]);
});

it("makes an eval, a file and runs of promptfoo's configuration", async () => {
  const content = `
prompts: ['Route: {{ text }}', 'Queue of {{ text }}?']
tests:
  - vars: { text: late }
    assert: [{ type: icontains, value: parcel }, { type: llm-rubric, value: is kind }]`;
  const body = { format: 'promptfoo', model: baseModel.name, content };
  const imported = importedEvalSchema.parse(
    await gateway.client.post('/lathe/evals/import', { body }),
  );
  expect(imported.eval.testing_criteria).toMatchObject([{ type: 'javascript', name: 'icontains' }]);
  const impossible = imported.findings.filter(({ outcome }) => outcome === 'impossible');
  expect(impossible.map(({ at }) => at)).toEqual(['tests[0].assert[1]']);
  const rows = await (await gateway.client.files.content(imported.file.id)).text();
  expect(JSON.parse(rows)).toEqual({
    item: { vars: { text: 'late' }, checks: [{ criterion: 'icontains', value: 'parcel' }] },
  });
  expect(imported.runs).toHaveLength(2);
  for (const each of imported.runs) {
    const run = await make(`/${imported.eval.id}/runs`, each);
    expect(run).toMatchObject({ status: 'queued' });
    expect((await cancel(imported.eval.id, run.id)).status).toBe(200);
  }
  const headers = { 'idempotency-key': 'one import' };
  const sent = async (more = {}) =>
    importedEvalSchema.parse(
      await gateway.client.post('/lathe/evals/import', { body: { ...body, ...more }, headers }),
    );
  const [first, again] = [await sent(), await sent()];
  expect(again).toEqual(first);
  expect(first.eval.id).not.toBe(imported.eval.id);
  await expect(sent({ model: 'other' })).rejects.toMatchObject({ status: 422 });
  const broken = gateway.client.post('/lathe/evals/import', { body: { ...body, content: 'a: [' } });
  await expect(broken).rejects.toMatchObject({ status: 400, param: 'content' });
});

it('a create of an eval that is sent again finds the first one, until that is deleted', async () => {
  const body = { ...definition, name: 'sent again' };
  const headers = { 'idempotency-key': 'one eval' };
  const first = await make('', body, headers);
  expect(await make('', body, headers)).toEqual(first);
  const other = await send('', { ...body, name: 'another' }, headers);
  expect(other.status).toBe(422);
  await gateway.fetch(`/v1/evals/${first.id}`, { method: 'DELETE' });
  expect((await make('', body, headers)).id).not.toBe(first.id);

  const lost = await make('', { ...body, name: 'lost' });
  const retried = await make('', { ...body, name: 'lost' }, { 'x-stainless-retry-count': '1' });
  expect(retried).toEqual(lost);
  expect((await make('', { ...body, name: 'lost' })).id).not.toBe(lost.id);
});
