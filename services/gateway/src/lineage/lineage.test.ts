import type { LineageGraph } from '@lathe/contracts/http/lineage';
import { modelKey, recordKey } from '@lathe/contracts/subject';
import { jobRecord } from '@lathe/testkit/job-record';
import { beforeAll, expect, test } from 'vitest';
import { project } from '../integration/gateway.fixture.ts';
import { oneGateway } from '../integration/one-gateway.fixture.ts';

const gateway = oneGateway();
const [first, second] = ['ftjob-first000', 'ftjob-second00'];
const model = 'ft:lathe-tiny:default::first000';
let file = '';

beforeAll(async () => {
  const { jobs, aliases, dataWork } = gateway;
  file = await gateway.upload();
  const made = { version: 1, project, createdAt: 1 } as const;
  await dataWork.put(recordKey(project, 'dset_made0000'), {
    ...{ ...made, id: 'dset_made0000', createdMs: 1, requestId: 'req_1', state: 'succeeded' },
    input: { kind: 'dataset', request: { repair: { file: 'file-deleted0' } } },
    ...{ progress: null, error: null, finishedAt: 2, result: { objects: {}, files: [file] } },
  });
  await jobs.put(recordKey(project, first), jobRecord({ id: first, trainingFile: file }));
  const manifestKey = 'default/jobs/x/manifest.json';
  const start = { base: 'lathe-tiny', kind: 'adapter', manifestKey, adaptation: { type: 'full' } };
  await jobs.put(
    recordKey(project, second),
    jobRecord({ id: second, model, start: start as never, trainingFile: 'file-other000' }),
  );
  const tuned = { ...made, kind: 'adapter', base: 'lathe-tiny', step: 5, manifestKey } as const;
  await gateway.addModel({ ...tuned, name: model, jobId: first });
  await aliases.put(modelKey(project, 'support'), {
    ...{ ...made, id: 'support', target: { kind: 'model', model } },
  });
});

const graph = async (id: string) => {
  const response = await gateway.fetch(`/v1/lathe/lineage/${id}`);
  const { nodes, edges } = (await response.json()) as LineageGraph;
  return { nodes, edges: edges?.map(({ from, to }) => `${from} → ${to}`).toSorted() };
};

test('a model has all that it was made of, and all that was made of it, but not the siblings of either', async () => {
  const { nodes, edges } = await graph(model);
  expect(edges).toEqual(
    [
      'file-deleted0 → dset_made0000',
      `dset_made0000 → ${file}`,
      `${file} → ${first}`,
      `lathe-tiny → ${first}`,
      `${first} → ${model}`,
      `${model} → ${second}`,
      `${model} → support`,
    ].toSorted(),
  );
  const kinds = Object.fromEntries(nodes.map(({ id, kind, exists }) => [id, [kind, exists]]));
  expect(kinds).toMatchObject({
    'file-deleted0': ['file', false],
    'lathe-tiny': ['base_model', true],
    [file]: ['file', true],
    support: ['alias', true],
  });
  expect(kinds).not.toHaveProperty('file-other000');
});

test('what is nowhere is told apart from what has no relatives', async () => {
  const lonely = await gateway.upload();
  expect(await graph(lonely)).toMatchObject({ nodes: [{ id: lonely, kind: 'file' }], edges: [] });
  for (const id of ['file-deleted0', 'ftckpt_nothing00', 'nothing'])
    expect((await gateway.fetch(`/v1/lathe/lineage/${id}`)).status).toBe(404);
});
