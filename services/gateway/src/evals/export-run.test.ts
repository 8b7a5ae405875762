/** What a run becomes for others; that promptfoo itself counts the same is in docs/evals.md. */
import { type EvalItem, evalItemSchema } from '@lathe/contracts/artifact/eval-item';
import { evalItemKey } from '@lathe/contracts/artifact/key';
import type { Grader } from '@lathe/contracts/http/grader';
import { evalRecordSchema } from '@lathe/contracts/record/eval';
import { type EvalRunRecord, evalRunRecordSchema } from '@lathe/contracts/record/eval-run';
import { recordKey } from '@lathe/contracts/subject';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readExample } from '../integration/examples.fixture.ts';
import { project, startGateway, type TestGateway } from '../integration/gateway.fixture.ts';
import { promptfooHead } from './promptfoo-config.ts';

let gateway: TestGateway;
let path: string;
let run: EvalRunRecord;
let item: EvalItem;

const criteria: Grader[] = [
  {
    ...{ type: 'string_check', name: 'label', operation: 'eq' },
    ...{ input: '{{ sample.output_text }}', reference: '{{ item.label }}' },
  },
  {
    ...{ type: 'javascript', name: 'short', pass_threshold: 0.4 },
    source:
      'function grade(sample, item) { return sample.output_text.length < item.most ? 0.45 : 0; }',
  },
  {
    ...{ type: 'javascript', name: 'calls' },
    source: 'function grade(sample) { return sample.output_tools === undefined ? 1 : 0; }',
  },
  {
    ...{ type: 'score_model', name: 'judge', model: 'lathe-tiny' },
    input: [{ role: 'user', content: '{{ sample.output_text }}' }],
  },
];
type Row = { readonly answer: string; readonly item: object; readonly passed: readonly boolean[] };
const rows: readonly Row[] = [
  { answer: 'billing', item: { label: 'billing', most: 20 }, passed: [true, true, true, true] },
  { answer: '', item: { label: '', most: 20 }, passed: [true, true, true, false] },
  { answer: '{{ x }}', item: { label: '{{ x }}', most: 3 }, passed: [true, false, true, true] },
];

beforeAll(async () => {
  gateway = await startGateway();
  const made = evalRecordSchema.parse(await readExample('eval-record'));
  run = { ...evalRunRecordSchema.parse(await readExample('eval-run-record')), criteria };
  item = evalItemSchema.parse(await readExample('eval-item'));
  await gateway.evals.put(recordKey(project, made.id), made);
  await gateway.evalRuns.put(recordKey(project, run.id), run);
  path = `/v1/evals/${made.id}/runs/${run.id}/export`;
  for (const [index, row] of rows.entries()) await store(index, row);
  await store(rows.length, { answer: 'x', item: {}, passed: [] }, 'error');
});
afterAll(() => gateway.stop());

async function store(index: number, row: Row, status?: 'error'): Promise<void> {
  const isPass = row.passed.every(Boolean);
  const stored: EvalItem = {
    ...item,
    ...{ index, status: status ?? (isPass ? 'pass' : 'fail'), item: { ...row.item } },
    sample: { ...item.sample, output: [{ role: 'assistant', content: row.answer }] },
    results: row.passed.map((passed, at) => ({
      ...{ name: criteria[at]?.name ?? '', type: criteria[at]?.type ?? '' },
      ...{ passed, score: Number(passed), sample: null },
    })),
  };
  const key = evalItemKey(project, run.id, stored);
  await gateway.artifacts.put(key, Buffer.from(JSON.stringify(stored)));
}

it('is a line a row, with what was asked, answered and said of it', async () => {
  const answer = await gateway.fetch(path);
  expect(answer.headers.get('content-type')).toBe('application/jsonl');
  const lines = (await answer.text()).trimEnd().split('\n');
  const read = lines.map((line) => JSON.parse(line) as EvalItem & { datasource_item_id: number });
  expect(read.map((each) => [each.datasource_item_id, each.status])).toEqual([
    ...[
      [0, 'pass'],
      [1, 'fail'],
      [2, 'fail'],
      [3, 'error'],
    ],
  ]);
  expect(read[0]?.item).toEqual(rows[0]?.item);
  expect(read[0]?.sample.output).toEqual([{ role: 'assistant', content: 'billing' }]);
  expect(read[1]?.results.map(({ name, passed }) => [name, passed])).toEqual([
    ...[
      ['label', true],
      ['short', true],
      ['calls', true],
      ['judge', false],
    ],
  ]);
});

type Test = {
  readonly vars: { readonly item: object };
  readonly providerOutput: string;
  readonly assert: readonly { type: string; metric: string; value: string }[];
};

it('lets promptfoo ask for no number of tokens of its own where the run named none', () => {
  const { asking } = run;
  if (asking === null) expect.fail('the example asks a model');
  const unbounded = { ...run, asking: { ...asking, chat: { ...asking.chat, maxTokens: null } } };
  const head = promptfooHead({ run: unbounded, evalName: 'a', origin: 'http://localhost' });
  const [{ config }] = (parse(head) as { providers: [{ config: object }] }).providers;
  expect(config).toMatchObject({ omitDefaults: true });
  expect(config).not.toHaveProperty('max_tokens');
});

it('is a configuration of promptfoo with the answers of then, in which each row says what it said', async () => {
  const answer = await gateway.fetch(`${path}?format=promptfoo`);
  expect(answer.headers.get('content-type')).toBe('application/yaml');
  const text = await answer.text();
  const config = parse(text) as { prompts: string[]; providers: object[]; tests: Test[] };
  expect(JSON.parse(config.prompts[0] ?? '')).toEqual([
    { role: 'user', content: '{{ item.text }}' },
  ]);
  expect(config.providers).toMatchObject([
    {
      id: 'openai:chat:lathe-tiny',
      config: { apiBaseUrl: `${gateway.url}/v1`, temperature: 0, max_tokens: 8 },
    },
  ]);
  expect(text).toContain('# criterion "judge": promptfoo has no like of this score_model');
  expect(config.tests).toHaveLength(rows.length);
  for (const [at, { assert, providerOutput, vars }] of config.tests.entries()) {
    const { answer: output = '', item: asked, passed } = rows[at] ?? expect.fail('no row');
    expect(providerOutput).toBe(output === '' ? ' ' : output);
    expect(assert.map(({ metric }) => metric)).toEqual(criteria.map(({ name }) => name));
    const [first, ...programs] = assert;
    expect(first).toMatchObject({
      ...{
        type: 'equals',
        value: output.includes('{') ? `{% raw %}${output}{% endraw %}` : output,
      },
    });
    // What promptfoo does with a program of several lines.
    const said = programs.map(({ value }) => {
      const program = new Function('output', 'context', value);
      const context = { vars, test: { providerOutput } };
      return (program(output, context) as { pass: boolean }).pass;
    });
    expect(said).toEqual(passed.slice(1));
    expect(asked).toBeDefined();
  }
  expect(config.tests[2]?.vars.item).toMatchObject({ label: '{% raw %}{{ x }}{% endraw %}' });
});

it('is refused for a run that goes on, and in other formats', async () => {
  const other = await gateway.fetch(`${path}?format=csv`);
  expect(other.status).toBe(400);
  expect(await other.json()).toMatchObject({ error: { param: 'format' } });
  const open = { ...run, state: 'in_progress' as const };
  await gateway.evalRuns.put(recordKey(project, run.id), open);
  const early = await gateway.fetch(path);
  expect(early.status).toBe(409);
  expect(await early.json()).toMatchObject({ error: { code: 'invalid_state' } });
});
