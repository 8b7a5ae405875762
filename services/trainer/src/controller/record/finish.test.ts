import { join } from 'node:path';
import type { JobRecord } from '@lathe/contracts/job/record';
import { openFileStore } from '@lathe/platform/artifacts/file';
import { ConflictError } from '@lathe/platform/records/port';
import { jobRecord } from '@lathe/testkit/job-record';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { expect, test } from 'vitest';
import type { ControllerPorts } from '../ports.ts';
import { finishTraining } from './finish.ts';
import { ownJob } from './owned-job.ts';

const folderOf = (attempt: string): string => `p/jobs/ftjob-a/checkpoints/${attempt}-e1-000000021`;

/** A job whose training ended, records in memory, and the checkpoints of two runs, one file each. */
async function open() {
  const place = await tempFolder();
  const artifacts = await openFileStore(join(place.path, 'store'));
  let job: JobRecord = jobRecord({ project: 'p', id: 'ftjob-a', state: 'running', stage: 'train' });
  const named = new Map<string, { readonly manifestKey: string }>();
  const queued: string[] = [];
  const records = {
    create: async (key: string, value: { readonly manifestKey: string }) => {
      if (named.has(key)) throw new ConflictError(key);
      named.set(key, value);
    },
    get: async (key: string) => ({ value: named.get(key) }),
    put: async (key: string, value: { readonly manifestKey: string }) => void named.set(key, value),
  };
  const ports = {
    artifacts,
    jobs: {
      get: async () => ({ value: job, revision: 1 }),
      update: async (_: string, next: JobRecord) => {
        job = next;
        return 1;
      },
    },
    models: records,
    checkpoints: records,
    emit: async () => undefined,
    queue: async (_: JobRecord, stage: string) => void queued.push(stage),
    now: () => 0,
  } as unknown as ControllerPorts;
  for (const attempt of ['at_x', 'at_y']) {
    const weights = { key: `${folderOf(attempt)}/model/weights`, bytes: 3, sha256: 'a'.repeat(64) };
    await artifacts.put(weights.key, Buffer.from('abc'));
    const manifest = {
      ...{ version: 1, jobId: 'ftjob-a', epoch: 1, step: 21, baseModel: 'tiny', kind: 'adapter' },
      ...{ model: { weights }, state: {}, metrics: { step: 21 } },
    };
    await artifacts.put(
      `${folderOf(attempt)}/manifest.json`,
      Buffer.from(JSON.stringify(manifest)),
    );
  }
  const finish = (attempt: string): Promise<boolean> => {
    const manifestKey = `${folderOf(attempt)}/manifest.json`;
    const result = { step: 21, manifestKey, trainedTokens: 1, results: undefined };
    return finishTraining(ports, ownJob(ports, job), result);
  };
  return {
    finish,
    artifacts,
    queued,
    job: () => job,
    named: () => new Set([...named.values()].map(({ manifestKey }) => manifestKey)),
    again: () => {
      job = { ...job, stage: 'train' };
    },
    [Symbol.asyncDispose]: () => place[Symbol.asyncDispose](),
  };
}

test.each(['model/weights', 'manifest.json'])(
  'a training whose %s is gone from the store is not finished',
  async (file) => {
    await using world = await open();
    const before = world.job();
    await world.artifacts.delete(`${folderOf('at_x')}/${file}`);
    expect(await world.finish('at_x')).toBe(false);
    expect(world.job()).toEqual(before);
    expect(world.queued).toEqual([]);
    expect(world.named()).toEqual(new Set());
  },
);

test('what an earlier run registered stays, unless its files are not all there any more', async () => {
  await using world = await open();
  const first = new Set([`${folderOf('at_x')}/manifest.json`]);
  expect(await world.finish('at_x')).toBe(true);
  expect(world.queued).toEqual(['evaluate']);
  world.again();
  expect(await world.finish('at_y')).toBe(true);
  expect(world.named()).toEqual(first);
  await world.artifacts.delete(`${folderOf('at_x')}/model/weights`);
  world.again();
  expect(await world.finish('at_y')).toBe(true);
  expect(world.named()).toEqual(new Set([`${folderOf('at_y')}/manifest.json`]));
});
