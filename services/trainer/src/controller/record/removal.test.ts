import { join } from 'node:path';
import type { JobRecord } from '@lathe/contracts/job/record';
import { tunedModelName } from '@lathe/contracts/record/model';
import { checkpointKey, modelKey } from '@lathe/contracts/subject';
import { openFileStore } from '@lathe/platform/artifacts/file';
import type { ArtifactStore } from '@lathe/platform/artifacts/port';
import { createLogger } from '@lathe/platform/log';
import { jobRecord } from '@lathe/testkit/job-record';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { expect, test } from 'vitest';
import { keepNewestStates } from './kept-states.ts';
import { removeState, removeStates, type TidyPorts } from './removal.ts';

const project = 'p';
const id = 'ftjob-a';
const names = { base: 'lathe-tiny', project, suffix: null, jobId: id };
const folderOf = (step: number, attempt = 'at_x'): string =>
  `p/jobs/ftjob-a/checkpoints/${attempt}-e1-${String(step).padStart(9, '0')}`;
const manifestOf = (step: number): string => `${folderOf(step)}/manifest.json`;

/** A store, and records that are as given. */
async function open(job: JobRecord, records: Readonly<Record<string, string>> = {}) {
  const place = await tempFolder();
  const artifacts = await openFileStore(join(place.path, 'store'));
  const find = async (key: string) => {
    const manifestKey = records[key];
    return manifestKey === undefined ? null : { value: { kind: 'adapter', manifestKey } };
  };
  const ports = {
    artifacts,
    log: createLogger({ logLevel: 'silent', logFormat: 'json' }, 'test'),
    jobs: { get: async () => ({ value: job }) },
    models: { get: find },
    checkpoints: { get: find },
  } as unknown as TidyPorts;
  const put = async (step: number, parts: readonly ('model' | 'state')[]): Promise<void> => {
    const files = Object.fromEntries(
      (['model', 'state'] as const).map((part) => {
        const ref = { key: `${folderOf(step)}/${part}/weights`, bytes: 3, sha256: 'a'.repeat(64) };
        return [part, parts.includes(part) ? { weights: ref } : {}];
      }),
    );
    for (const part of parts)
      await artifacts.put(`${folderOf(step)}/${part}/weights`, Buffer.from('abc'));
    const manifest = {
      ...{ version: 1, jobId: id, epoch: 1, step, baseModel: 'tiny', kind: 'adapter' },
      ...files,
      metrics: { step },
    };
    await artifacts.put(manifestOf(step), Buffer.from(JSON.stringify(manifest)));
  };
  const keys = async (): Promise<string[]> =>
    (await Array.fromAsync(artifacts.list('p'))).map(({ key }) => key).toSorted();
  return { ports, put, keys, [Symbol.asyncDispose]: () => place[Symbol.asyncDispose]() };
}

test('tidying leaves a checkpoint whose manifest comes while the store is listed, and removes one without', async () => {
  const job = jobRecord({ project, id });
  await using world = await open(job);
  const { artifacts } = world.ports;
  await artifacts.put(`${folderOf(5, 'at_y')}/model/weights`, Buffer.from('abc'));
  await artifacts.put(`${folderOf(5)}/model/weights`, Buffer.from('abc'));
  const late: ArtifactStore = {
    ...artifacts,
    async *list(prefix) {
      yield* artifacts.list(prefix);
      await world.put(5, ['model']);
    },
  };
  await removeStates({ ...world.ports, artifacts: late }, job);
  expect(await world.keys()).toEqual([manifestOf(5), `${folderOf(5)}/model/weights`]);
});

test.each<[string, Partial<JobRecord>, Readonly<Record<string, string>>]>([
  ['the result of a job in evaluation', { state: 'queued', stage: 'evaluate' }, {}],
  [
    'the result of a job that was cancelled when its model stood',
    { state: 'cancelled', stage: 'done', fineTunedModel: 'ft:x' },
    {},
  ],
  [
    'what a failed job that may be resumed goes on from',
    { state: 'failed', stage: 'done', failure: { stage: 'train', resumable: true } },
    {},
  ],
  [
    'the model of a job',
    { state: 'failed', stage: 'done', checkpointKey: null },
    { [modelKey(project, tunedModelName(names))]: manifestOf(21) },
  ],
  [
    'the model of a step',
    { state: 'failed', stage: 'done', checkpointKey: null },
    { [modelKey(project, tunedModelName({ ...names, step: 21 }))]: manifestOf(21) },
  ],
  [
    'a published checkpoint',
    { state: 'failed', stage: 'done', checkpointKey: null },
    { [checkpointKey(project, id, 21)]: manifestOf(21) },
  ],
])('%s is deleted by no tidying, whatever its manifest looks like', async (_, change, records) => {
  const job = jobRecord({ project, id, checkpointKey: manifestOf(21), ...change });
  await using world = await open(job, records);
  await world.put(20, ['state']);
  await world.put(21, []);
  await removeStates(world.ports, job);
  expect(await world.keys()).toEqual([manifestOf(21)]);
  await world.ports.artifacts.put(manifestOf(21), Buffer.from('{"ver'));
  await removeState(world.ports, job, manifestOf(21));
  // Its files, though no manifest leads to them.
  const file = `${folderOf(21)}/model/weights`;
  await world.ports.artifacts.put(file, Buffer.from('abc'));
  await world.ports.artifacts.delete(manifestOf(21));
  await removeStates(world.ports, job);
  expect(await world.keys()).toEqual([file]);
});

test('states of a job that is over go, and models stay', async () => {
  const job = jobRecord({ project, id, state: 'cancelled', stage: 'done' });
  await using world = await open({ ...job, checkpointKey: manifestOf(21) });
  await world.put(20, ['model', 'state']);
  await world.put(21, ['state']);
  await world.ports.artifacts.put('p/jobs/ftjob-a/base-states/x/weights', Buffer.from('abc'));
  await removeStates(world.ports, job);
  expect(await world.keys()).toEqual([manifestOf(20), `${folderOf(20)}/model/weights`]);
});

test('a run that begins anew keeps its states, though models of later steps stand', async () => {
  const job = jobRecord({ project, id, state: 'running', stage: 'train' });
  await using world = await open(job);
  for (const step of [12, 16, 20]) await world.put(step, ['model']);
  const states = keepNewestStates(world.ports, job);
  for (const step of [4, 8, 10]) {
    await world.put(step, ['state']);
    await states.took(manifestOf(step));
  }
  const left = (await world.keys()).filter((key) => key.endsWith('/state/weights'));
  expect(left).toEqual([`${folderOf(8)}/state/weights`, `${folderOf(10)}/state/weights`]);
});
