import { recordKey } from '@lathe/contracts/subject';
import { beforeAll, expect, test } from 'vitest';
import { allowedServerUrl } from '../integration/gateway.fixture.ts';
import { oneGateway } from '../integration/one-gateway.fixture.ts';

const gateway = oneGateway();
const own = { model: 'ft:lathe-tiny:default::12345678' };
const reader = { version: 1, kind: 'base', name: 'reader', createdAt: 1 } as const;
beforeAll(async () => {
  await gateway.addModel({
    ...{ version: 1, kind: 'adapter', name: own.model, project: 'default', createdAt: 1 },
    ...{ base: 'lathe-tiny', jobId: 'ftjob-12345678', step: 1, manifestKey: 'default/x' },
  });
  const size = { maxPositions: 512, parameters: 1_000_000 };
  await gateway.addModel({ ...reader, ...size, architecture: 'encoder' });
});

test('models to compare with are there, write, and are named once', async () => {
  const training_file = await gateway.upload();
  const named = (contestants: object[], lathe: object = {}) => {
    const extra: object = { lathe: { contestants, ...lathe } };
    return gateway.client.fineTuning.jobs.create({ model: 'lathe-tiny', training_file, ...extra });
  };
  const refusals: [() => Promise<unknown>, string, string][] = [
    [() => named([own, { model: 'gpt-9' }]), 'model_not_found', 'lathe.contestants[1].model'],
    [() => named([own, own]), 'invalid_value', 'lathe.contestants[1].model'],
    [() => named([{ model: 'reader' }]), 'invalid_value', 'lathe.contestants[0].model'],
    [
      () => named([own], { task: { type: 'classification' } }),
      ...(['invalid_value', 'lathe.contestants'] as const),
    ],
    [
      () => named([{ ...own, key: 'sk-x' }]),
      ...(['unsupported_parameter', 'lathe.contestants[0].key'] as const),
    ],
  ];
  for (const [ask, code, param] of refusals)
    await expect(ask()).rejects.toMatchObject({ status: 400, code, param });
  const { id } = await named([own, { model: 'lathe-tiny' }]);
  const stored = await gateway.jobs.get(recordKey('default', id));
  expect(stored?.value.options.contestants).toEqual([own, { model: 'lathe-tiny' }]);
});

test('models behind a server that the operator allows may be compared with, and no others', async () => {
  const named = async (contestants: object[]) => {
    const extra: object = { lathe: { contestants } };
    const training_file = await gateway.upload();
    return gateway.client.fineTuning.jobs.create({ model: 'lathe-tiny', training_file, ...extra });
  };
  const big = { model: 'big', url: `${allowedServerUrl}/` };
  const elsewhere = { model: 'big', url: 'http://127.0.0.1:4222/v1' };
  await expect(named([big, elsewhere])).rejects.toMatchObject({
    ...{ status: 403, code: 'insufficient_permissions', param: 'lathe.contestants[1].url' },
    message: expect.stringContaining(elsewhere.url),
  });
  await expect(named([big, big])).rejects.toMatchObject({ param: 'lathe.contestants[1].model' });
  const { id } = await named([{ model: 'lathe-tiny' }, big, { ...big, model: 'lathe-tiny' }]);
  const stored = await gateway.jobs.get(recordKey('default', id));
  expect(stored?.value.options.contestants).toEqual([
    { model: 'lathe-tiny' },
    { model: 'big', url: allowedServerUrl },
    { model: 'lathe-tiny', url: allowedServerUrl },
  ]);
});

test('what contestants look things up by and in is there, and has vectors or texts', async () => {
  const training_file = await gateway.upload();
  const looking = (retrieval: object, lathe: object = {}) => {
    const extra: object = { lathe: { retrieval, ...lathe } };
    return gateway.client.fineTuning.jobs.create({ model: 'lathe-tiny', training_file, ...extra });
  };
  const refusals: [() => Promise<unknown>, string, string][] = [
    [() => looking({ model: 'gpt-9' }), 'model_not_found', 'lathe.retrieval.model'],
    [() => looking({ file: 'file-1' }), 'not_found', 'lathe.retrieval.file'],
    [() => looking({ words: true }), 'unsupported_parameter', 'lathe.retrieval.words'],
    [
      () => looking({ model: 'reader' }, { task: { type: 'classification' } }),
      ...(['invalid_value', 'lathe.retrieval'] as const),
    ],
  ];
  for (const [ask, code, param] of refusals)
    await expect(ask()).rejects.toMatchObject({ status: 400, code, param });
  const evals = await gateway.upload('evals');
  await expect(looking({ file: evals })).rejects.toMatchObject({ param: 'lathe.retrieval.file' });
  const { id } = await looking({ model: 'reader', file: training_file });
  const stored = await gateway.jobs.get(recordKey('default', id));
  expect(stored?.value.options.retrieval).toEqual({ model: 'reader', file: training_file });
});
