import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const time = { created_at: 1_739_314_509 };
const itemSchema = {
  type: 'object',
  properties: { input: { type: 'string' }, ground_truth: { type: 'string' } },
  required: ['input', 'ground_truth'],
};
/** Criteria as OpenAI answers them: with ids, and null for what was left out. */
const check = {
  ...{ name: 'String check', id: 'String check-2eaf2d8d', type: 'string_check' },
  ...{ input: '{{item.input}}', reference: '{{item.ground_truth}}', operation: 'eq' },
};
const judge = {
  ...{ name: 'Judge', id: 'Judge-1', type: 'label_model', model: 'gpt-4.1' },
  input: [
    { type: 'message', role: 'user', content: { type: 'input_text', text: '{{item.input}}' } },
  ],
  ...{ labels: ['yes', 'no'], passing_labels: ['yes'], sampling_params: null },
};
const custom = {
  type: 'custom',
  schema: { type: 'object', properties: { item: itemSchema }, required: ['item'] },
};
const evals = [
  { id: 'eval_old1', name: 'External Data Eval', metadata: {}, data_source_config: custom },
  { id: 'eval_old2', name: 'Judged', metadata: {}, data_source_config: custom },
  {
    ...{ id: 'eval_old3', name: 'Chats', metadata: {} },
    data_source_config: { type: 'logs', metadata: { use: 'chat' }, schema: { type: 'object' } },
  },
].map((each) => ({
  ...{ object: 'eval', ...time, ...each },
  testing_criteria: [each.name === 'Judged' ? judge : check],
}));
const run = {
  ...{ object: 'eval.run', id: 'evalrun_old1', eval_id: 'eval_old1', name: 'first', ...time },
  ...{ status: 'completed', model: 'gpt-4.1', metadata: {}, error: null },
  data_source: { type: 'jsonl', source: { type: 'file_id', id: 'file-old9' } },
};
const item = (at: number, input: string, truth: string, output: object[] | null) => ({
  ...{ object: 'eval.run.output_item', id: `outputitem_${at}`, eval_id: run.eval_id, ...time },
  ...{ run_id: run.id, status: 'pass', datasource_item_id: at, results: [] },
  datasource_item: { input, ground_truth: truth },
  sample: output && { input: [], output, finish_reason: 'stop', error: null },
});
const items = [
  item(0, 'a', 'a', [{ role: 'assistant', content: 'a' }]),
  item(1, 'b', 'c', [{ role: 'assistant', content: null }]),
  item(2, 'd', 'd', null),
];
const file = (id: string, filename: string, purpose: string) => ({
  ...{ object: 'file', id, filename, purpose, bytes: 42, status: 'processed', ...time },
});

/** A job as OpenAI answers it: with the numbers that its own `auto` came to. */
const job = (id: string, training_file: string, rest: object) => ({
  ...{ object: 'fine_tuning.job', id, training_file, validation_file: null, ...time },
  ...{ model: 'gpt-4o-mini-2024-07-18', status: 'succeeded', seed: 42, result_files: [] },
  ...{ organization_id: 'org-1', error: null, finished_at: 1, trained_tokens: 1, ...rest },
});
const numbers = { n_epochs: 3, batch_size: 1, learning_rate_multiplier: 1.8 };
const grader = { type: 'string_check', name: 'same', operation: 'eq', input: 'a', reference: 'b' };
const response_format = { type: 'json_object' };
const jobs = [
  job('ftjob-old4', 'file-old1', { status: 'failed', fine_tuned_model: null }),
  job('ftjob-old3', 'file-old2', { fine_tuned_model: 'ft:gpt-4o-mini-2024-07-18:acme::c' }),
  job('ftjob-old2', 'file-old1', {
    ...{ fine_tuned_model: 'ft:o4-mini-2025-04-16:acme::b', hyperparameters: {} },
    method: {
      type: 'reinforcement',
      reinforcement: { grader, hyperparameters: numbers, response_format, tools: null },
    },
  }),
  job('ftjob-old1', 'file-old1', {
    ...{ fine_tuned_model: 'ft:gpt-4o-mini-2024-07-18:acme:desk:a', hyperparameters: numbers },
    method: { type: 'supervised', supervised: { hyperparameters: numbers } },
  }),
];

const lists: Readonly<Record<string, readonly { readonly id: string }[]>> = {
  // Newest first, as files are.
  '/v1/files': [
    file('file-old3', 'notes.txt', 'assistants'),
    file('file-old2', 'lost.jsonl', 'evals'),
    file('file-old1', 'rows.jsonl', 'fine-tune'),
  ],
  '/v1/fine_tuning/jobs': jobs,
  '/v1/evals': evals,
  '/v1/evals/eval_old1/runs': [run],
  '/v1/evals/eval_old2/runs': [],
  '/v1/evals/eval_old3/runs': [],
  '/v1/evals/eval_old1/runs/evalrun_old1/output_items': items,
};
const line = `${JSON.stringify({ prompt: 'a', completion: 'of its own' })}`;

/** For tests: an account at OpenAI as its API answers of it, two objects a page, with its evals or after they were shut down. */
export async function startOldAccount({ hasEvals = true } = {}) {
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://host');
    const isGone = !hasEvals && pathname.startsWith('/v1/evals');
    const list = isGone ? undefined : lists[pathname];
    if (request.headers.authorization !== 'Bearer sk-old') response.writeHead(401).end();
    else if (pathname === '/v1/files/file-old1/content') response.end(line);
    else if (list === undefined) {
      const message = isGone
        ? 'The evals API has been shut down.'
        : `No such File object: ${pathname.split('/')[3]}`;
      response.writeHead(404, { 'content-type': 'application/json' });
      response.end(
        JSON.stringify({
          error: { message, type: 'invalid_request_error', param: 'id', code: null },
        }),
      );
    } else {
      const start = list.findIndex(({ id }) => id === searchParams.get('after')) + 1;
      const data = list.slice(start, start + 2);
      const ends = { first_id: data.at(0)?.id ?? null, last_id: data.at(-1)?.id ?? null };
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(
        JSON.stringify({ object: 'list', data, ...ends, has_more: start + 2 < list.length }),
      );
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
