/** What an earlier version stored or sent, taken from real runs: a job goes on from there as if nothing had changed. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type JobRecord, jobRecordSchema } from '@lathe/contracts/job/record';
import { namedAsBefore } from '@lathe/engine/internal/train/former-names';
import { openFileStore } from '@lathe/platform/artifacts/file';
import { resolveRecipe } from '@lathe/recipe/recipe';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { expect, test } from 'vitest';
import { startRequest } from './controller/workers/start-request.ts';
import {
  DescribeResponse,
  StartJobRequest,
  WatchJobResponse,
} from './generated/lathe/worker/v1/worker.ts';
import { modelKind } from './worker/engine/model-kind.ts';
import { openTrainer } from './worker/engine/open-trainer.ts';
import { prepareRun } from './worker/run/run-preparation.ts';
import { readStartRequest } from './worker/serve/grpc-request.ts';

const fixtures = new URL('../fixtures/', import.meta.url);
const contracts = new URL('../../../packages/contracts/fixtures/', import.meta.url);
const models = fileURLToPath(
  new URL('../../../packages/engine/src/parity/fixtures/models', import.meta.url),
);
const read = (url: URL): unknown => JSON.parse(readFileSync(url, 'utf8'));

/** The job as the worker understands it. */
function asked(record: JobRecord, checkpointKey: string | null) {
  const sent = StartJobRequest.encode(startRequest(record, checkpointKey, 0)).finish();
  return readStartRequest(StartJobRequest.decode(sent));
}

type Paused = {
  readonly record: unknown;
  /** Of the artifact store: the dataset, and the checkpoint after three steps; in Base64. */
  readonly objects: Readonly<Record<string, string>>;
  /** What the next two steps told, and the held-out rows after them. */
  readonly next: readonly (Readonly<Record<string, number>> & { figures: object })[];
  readonly score: Readonly<Record<string, number>>;
};
const paused = readdirSync(new URL('paused/', fixtures)).map((file) => file.replace('.json', ''));

test.each(paused)('a paused job of before goes on: %s', async (name) => {
  const stored = read(new URL(`paused/${name}.json`, fixtures)) as Paused;
  await using folder = await tempFolder();
  const artifacts = await openFileStore(join(folder.path, 'store'));
  for (const [key, bytes] of Object.entries(stored.objects))
    await artifacts.put(key, Buffer.from(bytes, 'base64'));
  const record = jobRecordSchema.parse(stored.record);
  const { task, damaged, history } = await prepareRun(asked(record, record.checkpointKey), {
    artifacts,
    modelFolders: [models],
    folder: join(folder.path, 'run'),
    ...{
      device: 'cpu',
      engineThreads: 1,
      engineBinding: 'c-api',
      engineKernels: 'off',
      enginePadding: 'off',
      saveStateMs: 1e9,
      stepBatchMs: 0,
    },
    ...{ orphanMs: 1e9, restBytes: 0 },
  });
  expect(damaged).toEqual([]);
  expect(history.map(({ step }) => step)).toEqual([1, 2, 3]);

  const trainer = await openTrainer(task);
  try {
    expect(trainer.step).toBe(3);
    for (const expected of stored.next)
      expect(await trainer.trainStep()).toMatchObject(nearly(expected));
    expect(await trainer.scoreHeldOut()).toMatchObject(nearly(stored.score));
  } finally {
    await trainer.dispose();
  }
});

/** Every number up to what machines differ in. */
function nearly(values: object): object {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]: [string, unknown]) => [
      key,
      typeof value === 'number' ? expect.closeTo(value, 4) : nearly(value as object),
    ]),
  );
}

const settings = read(new URL('run-settings.json', fixtures)) as Record<string, object>;

test.each(Object.entries(settings))('a stored job trains as before: %s', (name, expected) => {
  const record = jobRecordSchema.parse(read(new URL(`job-record.${name}.json`, contracts)));
  const request = asked(record, null);
  const { adaptation } = request.recipe;
  expect({
    initial: (adaptation?.type === 'full' && adaptation.initial) || null,
    checkpointEvery: request.checkpointEvery,
    kind: modelKind(request),
    engine: namedAsBefore(resolveRecipe(request.recipe)),
  }).toEqual(expected);
});

const types = { WatchJobResponse, DescribeResponse, StartJobRequest };
type Message = { readonly type: keyof typeof types; readonly base64: string; value: object };

test('a start of before is refused: it says nothing that a worker of now could train with', () => {
  const messages = read(new URL('messages.json', fixtures)) as Message[];
  const { base64 } = messages.find(({ type }) => type === 'StartJobRequest') as Message;
  const old = StartJobRequest.decode(Buffer.from(base64, 'base64'));
  expect(() => readStartRequest(old)).toThrow(new RangeError('the recipe is missing'));
  const newer = { ...old, recipe: '{"version":2,"recipe":{}}' };
  expect(() => readStartRequest(newer)).toThrow(RangeError);
  expect(() => readStartRequest(newer)).toThrow('version 2');
});

test('messages of before say what they said', () => {
  const messages = read(new URL('messages.json', fixtures)) as Message[];
  expect(new Set(messages.map(({ type }) => type))).toEqual(new Set(Object.keys(types)));
  for (const { type, base64, value } of messages)
    expect(types[type].decode(Buffer.from(base64, 'base64'))).toMatchObject(value);
});
