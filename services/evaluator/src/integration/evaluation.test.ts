import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileKey } from '@lathe/contracts/artifact/key';
import type { JobRecord, JobStart } from '@lathe/contracts/job/record';
import { modelDeletedSubject, modelKey } from '@lathe/contracts/subject';
import { startNats, type TestNats } from '@lathe/testkit/nats';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openModelFiles } from '../models/model-files.ts';
import { openEvaluator, type TestEvaluator } from './evaluator.fixture.ts';
import { chatRow, collect } from './records.fixture.ts';

let nats: TestNats;
let folder: Awaited<ReturnType<typeof tempFolder>>;
let service: TestEvaluator;

beforeAll(async () => {
  nats = await startNats();
  folder = await tempFolder();
  const places = { natsUrl: nats.url, folder: folder.path };
  service = await openEvaluator(places, { engineRetryMs: 10 });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
  await nats[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

const labels = ['red', 'green', 'blue'];
const rows = (count: number, from: number) =>
  Array.from({ length: count }, (_, index) =>
    chatRow(from + index, `thing ${from + index}`, labels[index % 3] as string),
  );
const dataset = { train: rows(30, 1), heldOut: rows(12, 100) };
/** Where a job went on from, whose copy of it is gone. */
const start: JobStart = {
  base: 'tiny',
  kind: 'adapter',
  manifestKey: 'default/jobs/gone/start/manifest.json',
  adaptation: { type: 'lora' },
};
/** An evaluation that goes on for long enough to be disturbed. */
const slow = { train: rows(30, 1), heldOut: rows(800, 100) };
const slowOptions = { options: { evaluation_rows: 800 } };

describe('an evaluation', () => {
  it('scores the three contestants on the same rows and ends the job', async () => {
    const job = await service.trained(dataset);
    await service.queue(job);
    const ended = await service.ended(job.id);
    const name = `ft:tiny:default::${job.id.slice(6, 14)}`;
    expect(ended).toMatchObject({ state: 'succeeded', stage: 'done', fineTunedModel: name });
    const report = await service.report(ended);
    expect(report).toMatchObject({ fineTunedModel: name, baseModel: 'tiny', rows: 12 });
    expect(report.contestants.map(({ name: who, shots }) => [who, shots])).toEqual([
      ['base', 0],
      ['few-shot', expect.any(Number)],
      ['base + retrieval', 3],
      ['tuned', 0],
      ['tuned + retrieval', 3],
      ['nearest row', 0],
      ['majority', 0],
      ['tf-idf', 0],
    ]);
    expect(report.contestants.every(({ metrics }) => 'macro F1' in metrics)).toBe(true);
    expect(["don't fine-tune", 'cannot tell']).toContain(report.outcome);
    for (const { exactMatch, loss, supervisedTokens } of report.contestants.slice(0, 5)) {
      expect(exactMatch.total).toBe(12);
      expect(loss).toBeGreaterThan(0);
      // The letters of each answer and the end of the turn; the examples in the prompt do not count.
      expect(supervisedTokens).toBe(4 * (4 + 6 + 5));
    }
    expect(new Set(report.contestants.map(({ loss }) => loss)).size).toBe(6);
    for (const { usage } of report.contestants.slice(0, 5))
      expect(usage).toMatchObject({ answers: 12, milliseconds: expect.any(Number), atOnce: 8 });
    expect(report.cost).toMatchObject({ evaluationSeconds: expect.any(Number) });
    const against = report.comparisons.map((each) => each.against);
    expect(against).toEqual([
      ...['base', 'few-shot', 'base + retrieval', 'tuned + retrieval'],
      ...['nearest row', 'majority', 'tf-idf'],
    ]);
    expect(report.samples[0]).toMatchObject({ line: 100, prompt: 'thing 100', expected: 'red' });
    expect(Object.keys(report.samples[0]?.answers ?? {})).toEqual([
      'base',
      'few-shot',
      'base + retrieval',
      'tuned',
      'tuned + retrieval',
      'nearest row',
      'majority',
      'tf-idf',
    ]);
    expect(ended.evaluation).toMatchObject({
      held_out_rows: 12,
      headline_metric: 'exact match',
      contestants: [
        { name: 'base' },
        { name: 'few-shot', examples: expect.stringMatching(/^(random|nearest)$/) },
        { name: 'base + retrieval' },
        { name: 'tuned' },
        { name: 'tuned + retrieval' },
        { name: 'nearest row' },
        { name: 'majority' },
        { name: 'tf-idf' },
      ],
    });
    // Random weights know nothing.
    expect(report.forgetting).toMatchObject({
      questions: { asked: 24, before: expect.any(Number), after: expect.any(Number) },
      text: { passages: expect.any(Number), before: expect.any(Number) },
    });
    expect(ended.evaluation).toMatchObject({ forgetting: { questions: { asked: 24 } } });
    await drained();
    const names = (await service.events(job.id)).map((event) => event.name);
    expect(names.slice(-3)).toEqual(['evaluated', 'model_created', 'succeeded']);
    expect(names.filter((each) => each === 'evaluating').length).toBeGreaterThan(3);
  });

  it('judges a model that was taught by pairs by the pairs and by what it writes', async () => {
    const pairs = (count: number, from: number) =>
      rows(count, from).map((row, at) => ({
        kind: 'preference' as const,
        line: row.line,
        messages: [{ role: 'user' as const, content: `thing ${row.line}` }],
        preferred: { role: 'assistant' as const, content: labels[at % 3] as string },
        rejected: { role: 'assistant' as const, content: 'grey' },
      }));
    const job = await service.trained({ train: pairs(30, 1), heldOut: pairs(12, 100) });
    await service.queue(job);
    const ended = await service.ended(job.id);
    const report = await service.report(ended);
    expect(report).toMatchObject({ task: 'preference', headline: 'pair accuracy', rows: 12 });
    expect(report.verdict).toContain('pair accuracy');
    expect(ended.evaluation).toMatchObject({ headline_metric: 'pair accuracy' });
    const [base, tuned] = ['base', 'tuned'].map((name) =>
      report.contestants.find((each) => each.name === name),
    );
    expect(base?.metrics['exact match']?.value).toBe(0);
    for (const one of [base, tuned])
      expect(one?.metrics['pair accuracy']?.value).toBeGreaterThanOrEqual(0);
    expect(base?.metrics.margin?.value).not.toBe(tuned?.metrics.margin?.value);
    const decided = report.comparisons.filter(({ metric }) => metric === undefined);
    expect(decided.map(({ against }) => against)).toEqual(['base', 'longer answer']);
  });

  it('scores the model that the job went on from as well, for as long as it is there', async () => {
    const model = await service.addTuned('adapter', 9);
    const job = await service.trained(dataset, { model, start });
    await service.queue(job);
    const ended = await service.ended(job.id);
    const name = `ft:tiny:default::${job.id.slice(6, 14)}`;
    expect(ended).toMatchObject({ state: 'succeeded', fineTunedModel: name });
    const report = await service.report(ended);
    expect(report.baseModel).toBe('tiny');
    const who = report.contestants.map((each) => [each.name, each.model]);
    const base = ['base', 'few-shot', 'base + retrieval'].map((each) => [each, 'tiny']);
    expect(who).toEqual([
      ...base,
      ['start', model],
      ['tuned', name],
      ['tuned + retrieval', name],
      ['nearest row', null],
      ['majority', null],
      ['tf-idf', null],
    ]);
    const against = report.comparisons.map((each) => each.against);
    expect(against).toEqual([
      ...['base', 'few-shot', 'base + retrieval', 'start', 'tuned + retrieval'],
      ...['nearest row', 'majority', 'tf-idf'],
    ]);

    await service.models.delete(modelKey('default', model));
    const orphan = await service.trained(dataset, { model, start });
    await service.queue(orphan);
    const { contestants } = await service.report(await service.ended(orphan.id));
    expect(contestants.map((each) => each.name)).not.toContain('start');
  });

  it('gives the same report again, and changes nothing when the message comes twice', async () => {
    const first = await service.trained(dataset);
    const second = await service.trained(dataset);
    await service.queue(first);
    await service.queue(second);
    const reports = [];
    for (const job of [first, second]) {
      const report = await service.report(await service.ended(job.id));
      reports.push(report.contestants.map(({ exactMatch, loss }) => ({ exactMatch, loss })));
    }
    expect(reports[0]).toEqual(reports[1]);
    await drained();
    const before = await service.read(first.id);
    const events = await service.events(first.id);
    await service.queue({ ...first, requestId: 'again' });
    await drained();
    expect(await service.read(first.id)).toEqual(before);
    expect(await service.events(first.id)).toEqual(events);
  });

  it('obeys the options of the job', async () => {
    const options = { evaluation_rows: 5, few_shot_examples: 2, forgetting_questions: 0 };
    const job = await service.trained(dataset, { options });
    await service.queue(job);
    const report = await service.report(await service.ended(job.id));
    expect(report).toMatchObject({ rows: 5, sampled: true });
    expect(report.contestants[1]).toMatchObject({ name: 'few-shot', shots: 2 });
    expect(report).not.toHaveProperty('forgetting');
    const none = await service.trained(dataset, { options: { few_shot_examples: 0 } });
    await service.queue(none);
    const without = await service.report(await service.ended(none.id));
    expect(without.contestants.map(({ name }) => name)).toEqual([
      'base',
      'tuned',
      'nearest row',
      'majority',
      'tf-idf',
    ]);
  });

  it('asks other models that the job names, and notes those that are gone', async () => {
    const other = await service.addTuned('adapter', 9);
    const contestants = ['tiny', other, 'ft:tiny:default::gone'].map((model) => ({ model }));
    const job = await service.trained(dataset, { options: { contestants } });
    await service.queue(job);
    const report = await service.report(await service.ended(job.id));
    const of = (name: string) => report.contestants.find((each) => each.name === name);
    for (const name of ['tiny', other]) {
      const found = of(`model ${name}`);
      expect(found).toMatchObject({ model: name, loss: null, exactMatch: { total: 12 } });
      expect(found?.usage).toMatchObject({ answers: 12, milliseconds: expect.any(Number) });
    }
    // The same model asked in the same words.
    expect(of('model tiny')?.metrics).toEqual(of('base')?.metrics);
    expect(report.comparisons.map(({ against }) => against)).toContain(`model ${other}`);
    expect(report.notes).toEqual([
      expect.stringContaining('the model tiny: exact match'),
      expect.stringContaining(`the model ${other}: exact match`),
      "The model ft:tiny:default::gone took no part: The model 'ft:tiny:default::gone' does not exist.",
    ]);
  });

  it('succeeds without held-out rows and says so', async () => {
    const job = await service.trained({ train: dataset.train, heldOut: [] });
    await service.queue(job);
    const ended = await service.ended(job.id);
    expect(ended.state).toBe('succeeded');
    expect(await service.report(ended)).toMatchObject({ heldOutSource: 'none', contestants: [] });
    await drained();
    const events = await service.events(job.id);
    expect(events.find((event) => event.name === 'evaluated')?.message).toMatch(/not compared/);
  });

  it('warns of a loss that ended above its start, as an event and in the report', async () => {
    const table = 'step,train_loss,train_accuracy\n1,2.5,0.1\n2,3.5,0.1\n';
    await service.artifacts.put(fileKey('default', 'file-rising'), Buffer.from(table));
    const job = await service.trained(dataset, { resultFiles: ['file-rising'] });
    await service.queue(job);
    const report = await service.report(await service.ended(job.id));
    const [first] = report.warnings;
    expect(first).toMatch(/^The training loss ended at 3\.5000, above 2\.5000 at its start\./);
    await drained();
    const warned = (await service.events(job.id)).filter(({ level }) => level === 'warn');
    expect(warned.map(({ message }) => message)).toEqual(report.warnings);
  });

  it('takes up a job that was resumed from the queue', async () => {
    const job = await service.trained(dataset, { state: 'queued', epoch: 5 });
    await service.queue(job);
    expect((await service.ended(job.id)).state).toBe('succeeded');
  });

  it('fails the job in words when its checkpoint is gone', async () => {
    const job = await service.trained(dataset);
    await service.artifacts.delete(job.checkpointKey ?? '');
    await service.queue(job);
    const ended = await service.ended(job.id);
    expect(ended.error).toEqual({
      code: 'model_not_found',
      message: 'The files of the model were deleted.',
      param: 'model',
    });
  });
});

describe('a disturbed evaluation', () => {
  /** A job whose evaluation is under way. */
  async function underWay(change: Partial<JobRecord> = slowOptions) {
    const job = await service.trained(slow, change);
    await service.queue(job);
    await expect.poll(async () => (await service.events(job.id)).length).toBeGreaterThan(1);
    return job;
  }
  const wish = async (id: string, desired: 'cancel' | 'pause') => {
    const job = await service.read(id);
    await service.jobs.put(`default.${id}`, { ...job, desired });
  };

  it('stops when the job is cancelled', async () => {
    const job = await underWay();
    await wish(job.id, 'cancel');
    expect((await service.ended(job.id)).state).toBe('cancelled');
    await drained();
    expect((await service.events(job.id)).at(-1)?.name).toBe('cancelled');
  });

  it('pauses when that is wished', async () => {
    const job = await underWay();
    await wish(job.id, 'pause');
    expect(await service.ended(job.id)).toMatchObject({ state: 'paused', stage: 'evaluate' });
  });

  it('does without the model that the job went on from when that is deleted meanwhile', async () => {
    const model = await service.addTuned('adapter', 10);
    const options = { evaluation_rows: 12, few_shot_examples: 0 };
    const job = await service.trained(slow, { model, start, options });
    const key = modelKey('default', model);
    const record = (await service.models.get(key))?.value;
    const manifestKey = record?.kind === 'base' ? undefined : record?.manifestKey;
    const told = { project: 'default', name: model, manifestKey };
    const copy = openModelFiles(service.artifacts, join(folder.path, 'cache', 'models'), 1).pathOf(
      manifestKey ?? '',
    );
    await collect(service.ask({ maxTokens: 1 }));
    // While the engine stands still no contestant has answered.
    const engine = service.enginePid ?? 0;
    process.kill(engine, 'SIGSTOP');
    try {
      await service.queue(job);
      await expect.poll(() => existsSync(copy)).toBe(true);
      await service.models.delete(key);
      service.nats.connection.publish(modelDeletedSubject, JSON.stringify(told));
      // Else the engine might open it yet, and then it takes part.
      await expect.poll(() => existsSync(copy)).toBe(false);
    } finally {
      process.kill(engine, 'SIGCONT');
    }
    const ended = await service.ended(job.id);
    expect(ended).toMatchObject({ state: 'succeeded', error: null });
    const { contestants } = await service.report(ended);
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
    const { last } = await collect(service.ask({ maxTokens: 20 }));
    expect(last?.kind).toBe('done');
    expect((await service.read(job.id)).state).toBe('running');
    await wish(job.id, 'cancel');
    await service.ended(job.id);
  });

  it('begins again when the engine is killed, without using up deliveries', async () => {
    const job = await underWay({ options: { evaluation_rows: 300 } });
    for (const losses of [1, 2]) {
      process.kill(service.enginePid ?? 0, 'SIGKILL');
      await expect
        .poll(async () => (await service.events(job.id)).map(({ data }) => data.losses))
        .toContain(losses);
      await expect.poll(() => service.enginePid).toBeDefined();
    }
    expect((await service.ended(job.id)).state).toBe('succeeded');
    expect((await service.events(job.id)).find(({ data }) => data.losses === 1)?.level).toBe(
      'warn',
    );
  });

  it('that ends the engine by itself again and again fails, and the job names its model', async () => {
    const name = 'ft:tiny:default::evaluated';
    const job = await underWay({ ...slowOptions, fineTunedModel: name });
    while ((await service.read(job.id)).state === 'running') {
      const { enginePid } = service;
      if (enginePid !== undefined) process.kill(enginePid, 'SIGKILL');
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
    const error = {
      code: 'internal_error',
      message: 'The engine process ended 3 times while it evaluated the model.',
    };
    expect(await service.read(job.id)).toMatchObject({
      state: 'failed',
      fineTunedModel: name,
      error,
    });
    await drained();
    const names = (await service.events(job.id)).map((event) => event.name);
    expect(names.slice(-2)).toEqual(['model_created', 'failed']);
  });

  it('is done again when the engine is killed, or the service stops', async () => {
    const job = await service.trained(slow, { options: { evaluation_rows: 300 } });
    await service.queue(job);
    await expect.poll(async () => (await service.events(job.id)).length).toBeGreaterThan(1);
    process.kill(service.enginePid ?? 0, 'SIGKILL');
    await service.restart();
    const ended = await service.ended(job.id);
    expect(ended.state).toBe('succeeded');
    expect((await service.report(ended)).rows).toBe(300);
  });
});

/** Waits until the evaluation queue is empty, so that every last event is there. */
async function drained(): Promise<void> {
  for (;;) {
    const info = await service.nats.manager.consumers.info('LATHE_WORK', 'lathe-evaluate');
    if (info.num_pending === 0 && info.num_ack_pending === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
