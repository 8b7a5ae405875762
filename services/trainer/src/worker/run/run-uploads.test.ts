import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openFileStore } from '@lathe/platform/artifacts/file';
import { ArtifactError, type ArtifactStore } from '@lathe/platform/artifacts/port';
import { createLogger } from '@lathe/platform/log';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { expect, test } from 'vitest';
import { fetchBaseStates } from './base-states.ts';
import type { Ownership } from './run-owner.ts';
import type { RunRequest } from './run-preparation.ts';
import { createRunUploads } from './run-uploads.ts';

const request = {
  project: 'p',
  jobId: 'ftjob-a',
  epoch: 3,
  baseModel: 'tiny',
  start: null,
  recipe: {},
  checkpointKey: null,
} as unknown as RunRequest;

type Saved = {
  /** What is not there any more. */
  readonly lost?: 'model' | 'all';
  /** With what a frozen base model made of the rows. */
  readonly base?: boolean;
};

/** Uploads of a run whose job is found as the answers say, one after the other, and then as the last. */
async function openUploads(answers: readonly Ownership[]) {
  const folder = await tempFolder();
  const artifacts = await openFileStore(join(folder.path, 'store'));
  let told = 0;
  let asked = 0;
  const stored = 'p/jobs/ftjob-a/checkpoints/at_x-e3-000000005/manifest.json';
  const uploads = createRunUploads(request, {
    preparation: { artifacts },
    settings: {
      uploadAttempts: 3,
      uploadBackoffMs: 1,
      storeWaitMs: 1000,
      firstPauseMs: 1,
      longestPauseMs: 1,
    },
    log: createLogger({ logLevel: 'silent', logFormat: 'json' }, 'test'),
    now: () => performance.now(),
    isWanted: () => true,
    attempt: 'at_x',
    owner: async () => answers[Math.min(asked++, answers.length - 1)] ?? 'unknown',
    onSuperseded: () => told++,
  });
  /** Stores a state; or a checkpoint with a model of which, when its turn comes, something is gone. */
  const save = async ({ lost, base = false }: Saved = {}) => {
    const saved = join(folder.path, 'saved');
    if (lost !== 'all') await mkdir(join(saved, 'state'), { recursive: true });
    if (lost !== 'all') await writeFile(join(saved, 'state', 'weights'), 'abc');
    if (base) await mkdir(join(saved, 'base-states', 'x'), { recursive: true });
    if (base) await writeFile(join(saved, 'base-states', 'x', 'states'), 'def');
    const what = lost
      ? ({ why: 'checkpoint', model: 'adapter' } as const)
      : ({ why: 'state', model: null } as const);
    return uploads.store({ kind: 'saved', step: 5, folder: saved, ...what }, []);
  };
  const objects = async () => (await Array.fromAsync(artifacts.list('p'))).map(({ key }) => key);
  const isTold = () => told;
  return {
    save,
    objects,
    artifacts,
    folder: folder.path,
    told: isTold,
    stored,
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

test('a run whose job is its own, or of which nobody knows now, stores its checkpoint', async () => {
  for (const answer of ['ours', 'unknown'] as const) {
    await using run = await openUploads([answer]);
    expect(await run.save()).toBe(run.stored);
    expect(await run.objects()).toHaveLength(3);
    expect(run.told()).toBe(0);
  }
});

test('a run whose job went to another one stores nothing, and is told once', async () => {
  await using run = await openUploads(['lost']);
  await expect(run.save()).rejects.toThrow("epoch 3 of ftjob-a is not the job's any more");
  expect(await run.objects()).toEqual([]);
  expect(run.told()).toBe(1);
});

test('what a run stored while its job went to another one is deleted', async () => {
  await using run = await openUploads(['ours', 'lost']);
  await expect(run.save()).rejects.toThrow('not the job');
  expect(await run.objects()).toEqual([]);
});

test('a checkpoint that an earlier try made visible stays when the job went to another run meanwhile', async () => {
  await using run = await openUploads(['ours', 'ours', 'ours', 'lost']);
  await run.save();
  const before = await run.objects();
  await expect(run.save()).rejects.toThrow("is not the job's any more");
  expect(await run.objects()).toEqual(before);
});

test('a saved folder that lacks its model, or is gone, is stored by no try', async () => {
  for (const lost of ['model', 'all'] as const) {
    await using run = await openUploads(['ours']);
    await expect(run.save({ lost })).rejects.toMatchObject({ code: 'ENOENT' });
    expect(await run.objects()).toEqual([]);
  }
});

test('what a frozen base model made of the rows is stored beside the checkpoint, and brought back as far as it is there', async () => {
  await using run = await openUploads(['ours']);
  await run.save({ base: true });
  const prefix = 'p/jobs/ftjob-a/base-states';
  expect(await run.objects()).toContain(`${prefix}/x/states`);
  const { artifacts } = run;
  await artifacts.put(`${prefix}/y/states`, Buffer.from('ghi'));
  const lossy: ArtifactStore = {
    ...artifacts,
    get(key, range) {
      if (key.includes('/y/')) throw new ArtifactError('damaged', `${key} is damaged`);
      return artifacts.get(key, range);
    },
  };
  const target = join(run.folder, 'base');
  await fetchBaseStates(lossy, request, target);
  const files = await readdir(target, { recursive: true, withFileTypes: true });
  expect(files.filter((entry) => entry.isFile()).map(({ name }) => name)).toEqual(['states']);
  expect(await readFile(join(target, 'x', 'states'), 'utf8')).toBe('def');
  await artifacts.deletePrefix(prefix);
  await fetchBaseStates(artifacts, request, join(run.folder, 'none'));
});
