/** What one project may see of another: nothing, on every route that the app has. */
import { poolSchema } from '@lathe/contracts/http/worker';
import { toFile } from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { itemId } from '../evals/output-items.ts';
import { operations } from '../openapi/operations.ts';
import {
  baseModel,
  jsonl,
  otherKey,
  otherProject,
  startGateway,
  type TestGateway,
} from './gateway.fixture.ts';
import { furnishOther, workerOf } from './other-project.fixture.ts';

let gateway: TestGateway;
/** What belongs to the other project. */
let foreign: Awaited<ReturnType<typeof furnishOther>>;
/** A key of the project. */
let admin: string;

beforeAll(async () => {
  gateway = await startGateway();
  await gateway.addModel(baseModel);
  foreign = await furnishOther(gateway);
  const made = { name: 'an admin', role: 'admin' };
  ({ key: admin } = await gateway.client.post<{ key: string }>('/lathe/keys', { body: made }));
});
afterAll(() => gateway.stop());

/** Asks as an admin of the project: the operator may see and revoke the keys of all. */
const asked = (path: string, init: RequestInit = {}) =>
  gateway.fetch(path, { ...init, headers: { ...init.headers, authorization: `Bearer ${admin}` } });

/** The path of a route with the other project's ids in the places of its parameters. */
function pathOf(route: string): string {
  const [, path = ''] = route.split(' ');
  return path
    .replace('/lineage/:id{.+}', `/lineage/${foreign.job}`)
    .replace('/files/:id', `/files/${foreign.file}`)
    .replace('/inspections/:id', `/inspections/${foreign.inspection}`)
    .replace('/datasets/:id', `/datasets/${foreign.dataset}`)
    .replace(':alias{.+}', foreign.alias)
    .replace(':eval_id', foreign.eval)
    .replace(':run_id', foreign.run)
    .replace(':batch_id', foreign.batch)
    .replace(':upload_id', foreign.upload)
    .replace(':export_id', foreign.export)
    .replace(':completion_id', foreign.completion)
    .replace(':key_id', foreign.key)
    .replace(':output_item_id', itemId({ id: foreign.run }, 0))
    .replace('/jobs/:id', `/jobs/${foreign.job}`)
    .replace('/models/:name{.+}', `/models/${foreign.model}`)
    .replace(':file{.+}', 'adapter_config.json');
}

/** Bodies of POST requests that name what is the other project's, and the answer they must get. */
const judge = {
  ...{ type: 'score_model', name: 'judge' },
  input: [{ role: 'user', content: 'Hi' }],
};
const bodies: Record<string, () => readonly (readonly [body: object, status: number])[]> = {
  // An upload names nothing, in parts or not, nor does a code that signs in.
  'POST /v1/files': () => [[{}, 400]],
  'POST /v1/uploads': () => [[{}, 400]],
  'POST /v1/lathe/sign_in_codes': () => [[{}, 200]],
  'POST /v1/fine_tuning/jobs': () => [
    [{ model: 'lathe-tiny', training_file: foreign.file }, 400],
    [{ model: foreign.model, training_file: foreign.file }, 400],
  ],
  // Another project's file or model is a finding, in the words of one that there is not, and nothing is read.
  'POST /v1/fine_tuning/jobs/estimate': () => [
    [{ model: 'lathe-tiny', training_file: foreign.file }, 200],
    [{ model: foreign.model, training_file: foreign.file }, 200],
  ],
  'POST /v1/lathe/aliases': () => [
    [{ alias: 'mine', model: foreign.model }, 400],
    [{ alias: 'mine', model: foreign.alias }, 400],
    [{ alias: 'mine', job: foreign.job }, 400],
  ],
  // A key names nothing that there is already.
  'POST /v1/lathe/keys': () => [[{}, 400]],
  'POST /v1/fine_tuning/alpha/graders/validate': () => [[{}, 400]],
  // A model that there is not for this project is told by a flag of the answer.
  'POST /v1/fine_tuning/alpha/graders/run': () => [
    [{ grader: { ...judge, model: foreign.model }, model_sample: 'Hi' }, 200],
  ],
  'POST /v1/lathe/datasets': () => [
    [{ repair: { file: foreign.file } }, 400],
    [{ mix: { files: [{ file: foreign.file }] } }, 400],
    [{ convert: { source: 'faq', files: [foreign.file] } }, 400],
  ],
  'POST /v1/batches': () => [
    [
      {
        ...{ endpoint: '/v1/embeddings', completion_window: '24h' },
        input_file_id: foreign.file,
      },
      400,
    ],
  ],
  'POST /v1/lathe/feedback': () => [[{ completion_id: foreign.completion, rating: 'up' }, 404]],
  // Another project's are none of those that are meant.
  'POST /v1/lathe/completions/dataset': () => [[{}, 400]],
  // It names nothing that there is already.
  'POST /v1/lathe/evals/import': () => [[{}, 400]],
  'POST /v1/evals': () => [
    [
      {
        data_source_config: { type: 'custom', item_schema: {} },
        testing_criteria: [{ ...judge, model: foreign.model }],
      },
      400,
    ],
  ],
  'POST /v1/chat/completions': () => [
    [{ model: foreign.alias, messages: [{ role: 'user', content: 'Hi' }] }, 404],
    [{ model: foreign.model, messages: [{ role: 'user', content: 'Hi' }] }, 404],
    [{ model: foreign.model, messages: [{ role: 'user', content: 'Hi' }], stream: true }, 404],
  ],
  'POST /v1/completions': () => [
    [{ model: foreign.model, prompt: 'Hi' }, 404],
    [{ model: foreign.model, prompt: 'Hi', stream: true }, 404],
  ],
  'POST /v1/embeddings': () => [[{ model: foreign.model, input: 'Hi' }, 404]],
  'POST /v1/classify': () => [[{ model: foreign.model, input: 'Hi' }, 404]],
  'POST /v1/moderations': () => [[{ model: foreign.model, input: 'Hi' }, 404]],
  'POST /v1/score': () => [[{ model: foreign.model, text_1: 'Hi', text_2: 'Ho' }, 404]],
  'POST /v1/rerank': () => [[{ model: foreign.model, query: 'Hi', documents: ['Ho'] }, 404]],
};

const post = (path: string, body: object) =>
  asked(path, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  });

/** Every text that would give the other project away. */
const secrets = () => [
  ...[foreign.file, foreign.job, foreign.model, foreign.inspection, foreign.dataset],
  foreign.alias,
  ...[foreign.eval, foreign.run, foreign.batch, foreign.completion, foreign.export],
  foreign.upload,
  foreign.key,
  ...['ftckpt_secret', otherKey],
];

describe('what is another project’s', () => {
  it('is 404 on every route that takes an id, and still there for its owner afterwards', async () => {
    const routes = gateway.routes.filter((route) => route.includes(':'));
    expect(routes.length).toBeGreaterThan(10);
    for (const route of routes) {
      const path = pathOf(route);
      expect(path, `teach pathOf the parameters of ${route}`).not.toContain(':id');
      expect(path, `teach pathOf the parameters of ${route}`).not.toMatch(/\/:/);
      const [method = ''] = route.split(' ');
      const response = await asked(path, { method });
      expect(response.status, route).toBe(404);
      expect(await response.json(), route).toMatchObject({
        error: { type: 'invalid_request_error' },
      });
    }
    for (const route of routes.filter((each) => each.startsWith('GET '))) {
      const headers = { authorization: `Bearer ${otherKey}` };
      const response = await gateway.fetch(pathOf(route), { headers });
      expect(response.status, `${route} for the owner`).toBe(200);
      const answer = operations[route]?.answer;
      if (typeof answer === 'string') await response.arrayBuffer();
      else
        expect([route, answer?.safeParse(await response.json()).error]).toEqual([route, undefined]);
    }
  });

  it('is on no list', async () => {
    const lists = gateway.routes.filter((each) => each.startsWith('GET ') && !each.includes(':'));
    for (const route of lists) {
      const text = await (await asked(pathOf(route))).text();
      for (const secret of secrets()) expect(text, route).not.toContain(secret);
    }
    const names = lists.filter((route) => route.includes('/v1/'));
    expect(names).toContain('GET /v1/lathe/workers');
  });

  it('cannot be named in a body', async () => {
    const posts = gateway.routes.filter((each) => each.startsWith('POST ') && !each.includes(':'));
    for (const route of posts) {
      const asks = bodies[route]?.() ?? expect.fail(`${route} needs a line in bodies`);
      for (const [body, status] of asks) {
        const response = await post(pathOf(route), body);
        expect(response.status, route).toBe(status);
        await response.arrayBuffer();
      }
    }
  });

  it('is no place in a list to go on from: like an id that never was', async () => {
    for (const [path, id] of [
      ['/v1/files', foreign.file],
      ['/v1/fine_tuning/jobs', foreign.job],
      ['/v1/lathe/inspections', foreign.inspection],
      ['/v1/lathe/datasets', foreign.dataset],
      ['/v1/evals', foreign.eval],
    ] as const) {
      const unknown = id.replace(/.{8}$/, '00000000');
      const [mine, none] = await Promise.all(
        [id, unknown].map(async (after) => {
          const response = await gateway.fetch(`${path}?after=${after}`);
          return { status: response.status, text: (await response.text()).replaceAll(after, '?') };
        }),
      );
      expect(mine).toEqual(none);
    }
  });

  it('does not come back for a repeated create or an Idempotency-Key', async () => {
    const { client, otherClient } = gateway;
    const headers = { 'idempotency-key': 'same', 'x-stainless-retry-count': '1' };
    const make = async (who: typeof client) => {
      const upload = await toFile(Buffer.from(jsonl), 'rows.jsonl');
      const training_file = (await who.files.create({ file: upload, purpose: 'fine-tune' })).id;
      const body = { model: 'lathe-tiny', training_file };
      return who.fineTuning.jobs.create(body, { headers });
    };
    const [own, other] = [await make(client), await make(otherClient)];
    expect(own.id).not.toBe(other.id);
    await expect(client.fineTuning.jobs.retrieve(other.id)).rejects.toMatchObject({ status: 404 });
  });
});

it('models in memory have names for their own project and the operator, and are counted for others', async () => {
  const at = { bytes: 5, sinceMs: 1_800_000_000_999 };
  const evaluator = {
    ...{ version: 1 as const, id: 'evaluator-a', memoryBytes: 100, announcedAt: Date.now() },
    models: [
      { project: null, name: 'tiny', base: null, ...at },
      { project: 'default', name: 'ft:mine', base: 'tiny', ...at },
      { project: otherProject, name: 'ft:theirs', base: 'tiny', ...at },
    ],
  };
  const { evaluators } = gateway;
  await evaluators.put('evaluator-a', { ...evaluator, expiresAt: Date.now() + 60_000 });
  await evaluators.put('evaluator-b', { ...evaluator, id: 'evaluator-b', expiresAt: 1 });
  const seen = async (client: typeof gateway.client) =>
    poolSchema.parse(await client.get('/lathe/workers')).evaluators;
  const shown = { bytes: 5, loaded_at: 1_800_000_000 };
  const tiny = { model: 'tiny', base: null, project: null, ...shown };
  const theirs = { model: 'ft:theirs', base: 'tiny', project: otherProject, ...shown };
  expect(await seen(gateway.otherClient)).toEqual([
    {
      ...{ id: 'evaluator-a', object: 'lathe.evaluator', memory_bytes: 100, other_models: 1 },
      ...{ models: [tiny, theirs], last_seen: Math.floor(evaluator.announcedAt / 1000) },
    },
  ]);
  const operator = await seen(gateway.client);
  expect(operator).toMatchObject([{ other_models: 0 }]);
  expect(operator[0]?.models.map(({ model }) => model)).toEqual(['tiny', 'ft:mine', 'ft:theirs']);
});

it('the pool shows every living worker, and job ids to their own project only', async () => {
  const { workers } = gateway;
  const runs = [
    { project: 'default', jobId: 'ftjob-mine00001' },
    { project: otherProject, jobId: foreign.job },
  ];
  await workers.put('worker-b', { ...workerOf('worker-b', runs), draining: true });
  await workers.put('worker-c', workerOf('worker-c', [], -1));
  const list = await gateway.client.get<{ data: object[] }>('/lathe/workers');
  expect(list).toMatchObject({
    object: 'list',
    data: [
      { id: 'worker-a', draining: false, free_slots: 1, jobs: [], other_jobs: 1 },
      {
        id: 'worker-b',
        object: 'lathe.worker',
        devices: [{ kind: 'cpu', name: '2 cores', memory_bytes: 8e9 }],
        memory_bytes: 6e9,
        slots: 2,
        free_slots: 0,
        draining: true,
        versions: { node: '24' },
        models: ['lathe-tiny'],
        jobs: ['ftjob-mine00001'],
        other_jobs: 1,
      },
    ],
  });
  expect(list.data).toHaveLength(2);
  expect(JSON.stringify(list)).not.toMatch(/hush|10\.0\.0\.7/);
  expect(list).toMatchObject({
    queue: [
      { project: 'default', running: 1 },
      { project: null, running: 2 },
    ],
  });
  const theirs = await gateway.otherClient.get<{ data: { jobs: string[] }[] }>('/lathe/workers');
  expect(theirs.data.map(({ jobs }) => jobs)).toEqual([[foreign.job], [foreign.job]]);
});
