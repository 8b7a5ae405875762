import { type UsageObject, usageObjectSchema } from '@lathe/contracts/http/usage';
import { completionSubject, embeddingSubject, inferenceQueue } from '@lathe/contracts/subject';
import { expect, it, onTestFinished } from 'vitest';
import { body, finish, hello, sayAll, startEvaluator, text, usage } from '../chat/chat.fixture.ts';
import { baseModel, jsonl, openGateway, project } from '../integration/gateway.fixture.ts';
import { oneGateway } from '../integration/one-gateway.fixture.ts';
import { createServedTokens } from './served-tokens.ts';
import { eraseOldUsage } from './usage.ts';

// Nothing is stored for its time: what a test sees was asked for, or written at the end.
const gateway = oneGateway({ usageWriteMs: 3_600_000 });
const noon = (day: string) => Date.parse(`${day}T12:00:00Z`);
const at = (day: string) => noon(day) / 1000;

const ask = async (query: object, client = gateway.client): Promise<UsageObject> =>
  usageObjectSchema.parse(await client.get('/lathe/usage', { query }));

it('tells what was answered, of this project only, and stores it when the gateway stops', async () => {
  await startEvaluator(gateway.nats, sayAll(hello));
  await gateway.client.chat.completions.create(body);
  await Array.fromAsync(await gateway.client.chat.completions.create({ ...body, stream: true }));
  const { days } = await ask({});
  expect(days).toHaveLength(30);
  expect(days.flatMap(({ models }) => models)).toEqual([
    { model: 'lathe-tiny', requests: 2, input_tokens: 6, output_tokens: 4 },
  ]);
  const others = await ask({}, gateway.otherClient);
  expect(others.days.flatMap(({ models }) => models)).toEqual([]);

  const places = { natsUrl: gateway.server.url, folder: gateway.folder };
  const second = await openGateway(places, { usageWriteMs: 3_600_000 });
  await second.client.chat.completions.create(body);
  await second.stop();
  const stored = (await gateway.usage.list(project)).map(({ value }) => value);
  expect(new Set(stored.map((each) => each.gateway)).size).toBe(2);
  const summed = (await ask({})).days.flatMap(({ models }) => models);
  expect(summed).toEqual([{ model: 'lathe-tiny', requests: 3, input_tokens: 9, output_tokens: 6 }]);
});

it.each([
  ['completions', 3, 2],
  ['embeddings', 7, 0],
  ['graders', 3, 2],
  ['failures', 0, 0],
] as const)('counts %s by the model that is asked', async (asked, input_tokens, output_tokens) => {
  const model = `for-${asked}`;
  await gateway.addModel({ ...baseModel, name: model });
  const { client } = gateway;
  /** Says the same to every request on a subject, until the test ends. */
  const say = async (subject: string, replies: readonly object[]) => {
    const callback = (_error: Error | null, message: { respond(data: string): boolean }) => {
      for (const reply of replies) message.respond(JSON.stringify(reply));
    };
    const answering = gateway.nats.connection.subscribe(subject, {
      ...{ queue: inferenceQueue, callback },
    });
    onTestFinished(() => answering.unsubscribe());
    await gateway.nats.connection.flush();
  };
  const accepted = { kind: 'accepted' };
  if (asked === 'completions') {
    await say(completionSubject, hello);
    await client.completions.create({ model, prompt: 'Hi' });
  }
  if (asked === 'embeddings') {
    const vectors = { kind: 'vectors', dimensions: 1, data: Buffer.alloc(4).toString('base64') };
    await say(embeddingSubject, [accepted, vectors, { kind: 'done', promptTokens: 7 }]);
    await client.embeddings.create({ model, input: 'Hi' });
  }
  if (asked === 'graders') {
    const answer = [{ kind: 'accepted' } as const, text('{"result": 1}'), finish()];
    await startEvaluator(gateway.nats, sayAll([...answer, { kind: 'done', usage }]));
    const input = [{ role: 'user' as const, content: 'Good? {{ sample.output_text }}' }];
    const judge = { type: 'score_model' as const, name: 'judge', model, input };
    const run = await client.fineTuning.alpha.graders.run({ grader: judge, model_sample: 'Hi' });
    expect(run.reward).toBe(1);
  }
  if (asked === 'failures') {
    const error = { code: 'invalid_value', message: 'Too long.', param: 'input' };
    await say(embeddingSubject, [accepted, { kind: 'error', error }]);
    await expect(client.embeddings.create({ model, input: 'Hi' })).rejects.toThrow('Too long.');
  }
  const told = (await ask({})).days.flatMap(({ models }) => models);
  const counts = { model, requests: 1, input_tokens, output_tokens };
  expect(told.filter((each) => each.model === model)).toEqual(input_tokens === 0 ? [] : [counts]);
});

it('tells jobs on the days when they were made and ended, and the bytes of files', async () => {
  const file = await gateway.upload();
  const make = () =>
    gateway.client.fineTuning.jobs.create({ model: 'lathe-tiny', training_file: file });
  const [good, bad] = [await make(), await make()];
  const created = { createdMs: noon('2026-03-01') };
  const [startedAt, finishedAt] = [at('2026-03-02') - 50, at('2026-03-02')];
  await gateway.patchJob(good.id, {
    ...{ ...created, state: 'succeeded', trainedTokens: 1234, startedAt, finishedAt },
  });
  await gateway.patchJob(bad.id, { ...created, state: 'failed', startedAt: null, finishedAt });
  const usage = await ask({ start_time: at('2026-03-01'), end_time: at('2026-03-02') });
  expect(usage.stored_file_bytes).toBe(jsonl.length);
  expect(usage.start_time).toBe(Date.parse('2026-03-01T00:00:00Z') / 1000);
  expect(usage.end_time).toBe(Date.parse('2026-03-03T00:00:00Z') / 1000);
  expect(usage.days).toMatchObject([
    { date: '2026-03-01', jobs_created: 2, jobs_succeeded: 0, trained_tokens: 0, models: [] },
    {
      ...{ date: '2026-03-02', jobs_created: 0, jobs_succeeded: 1, jobs_failed: 1 },
      ...{ trained_tokens: 1234, worker_seconds: 50 },
    },
  ]);
});

it.each([
  [{ start_time: 200, end_time: 100 }, 'end_time'],
  [{ start_time: 0 }, 'start_time'],
  [{ start_time: 99_999_999_999 }, 'start_time'],
  [{ start_time: 'monday' }, 'start_time'],
  [{ bucket: 'hour' }, 'bucket'],
  [{ group: 'model' }, 'group'],
])('refuses %j and names %s', async (query, param) => {
  await expect(ask(query)).rejects.toMatchObject({ status: 400, param });
});

it('keeps a count that could not be stored, and counts on the day of the answer', async () => {
  const { usage } = gateway;
  let nowMs = noon('2026-05-01');
  let works = false;
  const store: typeof usage = {
    ...usage,
    put: (key, value) => (works ? usage.put(key, value) : Promise.reject(new Error('away'))),
  };
  const served = createServedTokens(store, () => nowMs);
  const one = { project: 'counted', model: 'm', inputTokens: 2, outputTokens: 1 };
  served.add(one);
  await expect(served.write()).rejects.toThrow('away');
  works = true;
  served.add(one);
  nowMs = noon('2026-05-02');
  served.add({ ...one, model: 'n' });
  await served.write();
  const records = async () => (await usage.list('counted')).map(({ value }) => value);
  expect((await records()).toSorted((a, b) => (a.day < b.day ? -1 : 1))).toMatchObject([
    { day: '2026-05-01', models: [{ model: 'm', requests: 2, inputTokens: 4, outputTokens: 2 }] },
    { day: '2026-05-02', models: [{ model: 'n', requests: 1, inputTokens: 2, outputTokens: 1 }] },
  ]);
  const now = () => noon('2026-05-03');
  expect(await eraseOldUsage({ usage, now }, { usageKeepMs: 0 })).toBe(0);
  expect(await eraseOldUsage({ usage, now }, { usageKeepMs: 24 * 3_600_000 })).toBe(1);
  expect((await records()).map(({ day }) => day)).toEqual(['2026-05-02']);
});
