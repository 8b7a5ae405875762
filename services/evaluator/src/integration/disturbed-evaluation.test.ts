import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { JobRecord } from '@lathe/contracts/job/record';
import { modelDeletedSubject, modelKey } from '@lathe/contracts/subject';
import { describe, expect, it } from 'vitest';
import { openModelFiles } from '../models/model-files.ts';
import { drained, rows, start } from './evaluated-jobs.fixture.ts';
import { oneEvaluator } from './one-evaluator.fixture.ts';
import { collect } from './records.fixture.ts';

const one = oneEvaluator({ engineRetryMs: 10 });
/** An evaluation that goes on for long enough to be disturbed. */
const slow = { train: rows(30, 1), heldOut: rows(300, 100) };
const slowOptions = { options: { evaluation_rows: 300 } };
/** One that is disturbed in its first rows, and is then done again to its end. */
const someRows = 60;

describe('a disturbed evaluation', () => {
  /** A job whose evaluation is under way. */
  async function underWay(change: Partial<JobRecord> = slowOptions) {
    const job = await one.service.trained(slow, change);
    await one.service.queue(job);
    await expect.poll(async () => (await one.service.events(job.id)).length).toBeGreaterThan(1);
    return job;
  }
  const wish = async (id: string, desired: 'cancel' | 'pause') => {
    const job = await one.service.read(id);
    await one.service.jobs.put(`default.${id}`, { ...job, desired });
  };

  it('stops when the job is cancelled', async () => {
    const job = await underWay();
    await wish(job.id, 'cancel');
    expect((await one.service.ended(job.id)).state).toBe('cancelled');
    await drained(one.service);
    expect((await one.service.events(job.id)).at(-1)?.name).toBe('cancelled');
  });

  it('pauses when that is wished', async () => {
    const job = await underWay();
    await wish(job.id, 'pause');
    expect(await one.service.ended(job.id)).toMatchObject({ state: 'paused', stage: 'evaluate' });
  });

  it('does without the model that the job went on from when that is deleted meanwhile', async () => {
    const model = await one.service.addTuned('adapter', 10);
    const options = { evaluation_rows: 12, few_shot_examples: 0 };
    const job = await one.service.trained(slow, { model, start, options });
    const key = modelKey('default', model);
    const record = (await one.service.models.get(key))?.value;
    const manifestKey = record?.kind === 'base' ? undefined : record?.manifestKey;
    const told = { project: 'default', name: model, manifestKey };
    const copy = openModelFiles(
      one.service.artifacts,
      join(one.folder, 'cache', 'models'),
      1,
    ).pathOf(manifestKey ?? '');
    await collect(one.service.ask({ maxTokens: 1 }));
    // While the engine stands still no contestant has answered.
    const engine = one.service.enginePid ?? 0;
    process.kill(engine, 'SIGSTOP');
    try {
      await one.service.queue(job);
      await expect.poll(() => existsSync(copy)).toBe(true);
      await one.service.models.delete(key);
      one.service.nats.connection.publish(modelDeletedSubject, JSON.stringify(told));
      // Else the engine might open it yet, and then it takes part.
      await expect.poll(() => existsSync(copy)).toBe(false);
    } finally {
      process.kill(engine, 'SIGCONT');
    }
    const ended = await one.service.ended(job.id);
    expect(ended).toMatchObject({ state: 'succeeded', error: null });
    const { contestants } = await one.service.report(ended);
    expect(contestants.map(({ name }) => name)).toEqual([
      'base',
      'tuned',
      'nearest row',
      'majority',
      'tf-idf',
    ]);
  });

  it('lets chats through', async () => {
    const job = await underWay();
    const { last } = await collect(one.service.ask({ maxTokens: 20 }));
    expect(last?.kind).toBe('done');
    expect((await one.service.read(job.id)).state).toBe('running');
    await wish(job.id, 'cancel');
    await one.service.ended(job.id);
  });

  it('begins again when the engine is killed, without using up deliveries', async () => {
    const job = await underWay({ options: { evaluation_rows: someRows } });
    for (const losses of [1, 2]) {
      process.kill(one.service.enginePid ?? 0, 'SIGKILL');
      await expect
        .poll(async () => (await one.service.events(job.id)).map(({ data }) => data.losses))
        .toContain(losses);
      await expect.poll(() => one.service.enginePid).toBeDefined();
    }
    expect((await one.service.ended(job.id)).state).toBe('succeeded');
    expect((await one.service.events(job.id)).find(({ data }) => data.losses === 1)?.level).toBe(
      'warn',
    );
  });

  it('that ends the engine by itself again and again fails, and the job names its model', async () => {
    const name = 'ft:tiny:default::evaluated';
    const job = await underWay({ ...slowOptions, fineTunedModel: name });
    while ((await one.service.read(job.id)).state === 'running') {
      const { enginePid } = one.service;
      if (enginePid !== undefined) process.kill(enginePid, 'SIGKILL');
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
    const error = {
      code: 'internal_error',
      message: 'The engine process ended 3 times while it evaluated the model.',
    };
    expect(await one.service.read(job.id)).toMatchObject({
      state: 'failed',
      fineTunedModel: name,
      error,
    });
    await drained(one.service);
    const names = (await one.service.events(job.id)).map((event) => event.name);
    expect(names.slice(-2)).toEqual(['model_created', 'failed']);
  });

  it('is done again when the engine is killed, or the service stops', async () => {
    const job = await one.service.trained(slow, { options: { evaluation_rows: someRows } });
    await one.service.queue(job);
    await expect.poll(async () => (await one.service.events(job.id)).length).toBeGreaterThan(1);
    process.kill(one.service.enginePid ?? 0, 'SIGKILL');
    await one.service.restart();
    const ended = await one.service.ended(job.id);
    expect(ended.state).toBe('succeeded');
    expect((await one.service.report(ended)).rows).toBe(someRows);
  });
});
