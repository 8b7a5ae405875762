import { createLogger } from '@lathe/platform/log';
import { watchLoop } from '@lathe/testkit/loop-watch';
import { afterAll, describe, expect, it } from 'vitest';
import { type Bodies, createBodies } from './bodies.ts';
import type { BodyTask } from './body-task.ts';

const log = createLogger({ logLevel: 'silent', logFormat: 'json' }, 'test');
const settings = { bodyThreads: 2, bodyTaskMs: 60_000 };
const here = createBodies({ ...settings, quickBodyBytes: Number.POSITIVE_INFINITY }, log);
const inThreads = createBodies({ ...settings, quickBodyBytes: 0 }, log);
afterAll(() => inThreads.stop());
const { signal } = new AbortController();

const chat = '"model":"m","messages":[{"role":"user","content":"Hi"}]';
const grader =
  '"grader":{"type":"string_check","name":"g","operation":"eq","input":"a","reference":"b"}';
const job = '"model":"m","training_file":"file-1"';
/** About so much of something that reading it takes some time, and a test of it not too long. */
const many = (text: string) => text.repeat(Math.floor(2 ** 19 / text.length));
const keys = (value: string) =>
  Array.from({ length: 20_000 }, (_, index) => `"k${index}":${value}`).join();

type Kind = BodyTask['kind'];

/** A body of a kind; those of pipelines are for a model that tells labels of texts. */
function taskOf(kind: Kind, text: string): BodyTask {
  const bytes = new TextEncoder().encode(text);
  const task = { bytes, project: 'default', requestId: 'req_1' };
  if (kind === 'eval-import') return { ...task, kind, runsPython: false };
  if (kind !== 'pipeline') return { ...task, kind };
  return { ...task, kind, model: 'm', pipelines: ['text-classification'] };
}

/** What comes of a body: what is read, or the refusal. */
async function outcome(bodies: Bodies, kind: Kind, text: string): Promise<unknown> {
  try {
    return await bodies.read(taskOf(kind, text), signal);
  } catch (error) {
    const { code, param, message } = error as { code?: string; param?: string; message: string };
    return { code, param, message };
  }
}

const small: [Kind, string][] = [
  ['chat', `{${chat},"stream":true,"stream_options":{"include_usage":true},"n":2}`],
  ['chat', `{${chat},"stream_options":{"include_usage":true}}`],
  ['chat', `{${chat},"colour":1}`],
  ['chat', `{${chat},"stop":[""]}`],
  ['chat', '{"model":'],
  ['chat', ''],
  ['embedding', '{"model":"m","input":"a"}'],
  ['embedding', '{"model":"m","input":["a","b"],"encoding_format":"base64"}'],
  ['embedding', '{"model":"m","input":[1,2]}'],
  ['embedding', '{"model":"m","input":[[1],[2]],"dimensions":3}'],
  ['embedding', '{"model":"m","input":["a",""]}'],
  ['embedding', '{"model":"m","input":["a",1]}'],
  ['embedding', '{"model":"m","input":[1.5]}'],
  ['embedding', '{"model":"m","input":[]}'],
  ['embedding', '{"model":"m"}'],
  ['embedding', '[]'],
  ['pipeline', '{"inputs":"a","parameters":{"top_k":2}}'],
  ['pipeline', '{"inputs":["a",{"text":"b","text_pair":"c"}]}'],
  ['pipeline', '{"inputs":["a",1]}'],
  ['pipeline', '{"inputs":"a","parameters":{"colour":1}}'],
  ['classify', '{"model":"m","input":["a","b"]}'],
  ['moderation', '{"model":"m","input":"a"}'],
  ['moderation', '{"input":"a"}'],
  ['score', '{"model":"m","text_1":"a","text_2":["b","c"]}'],
  ['score', '{"model":"m","text_1":["a","d"],"text_2":["b","c","e"]}'],
  ['rerank', '{"model":"m","query":"q","documents":["a",{"text":"b"}],"top_n":1}'],
  ['rerank', '{"model":"m","query":"q","documents":[]}'],
  ['grader-run', `{${grader},"model_sample":"a","item":{"b":1}}`],
  ['grader-run', `{${grader}}`],
  ['grader-check', `{${grader}}`],
  ['grader-check', `{${grader.replace('"a"', '"{{ x }}"')}}`],
  ['job', `{${job},"seed":1}`],
  ['job', `{${job},"seed":"x"}`],
];
const hostile: [Kind, string][] = [
  ['embedding', `{"model":"m","input":[${many('{},')}1]}`],
  ['embedding', `{"model":"m","input":[${many('1,')}1]}`],
  ['embedding', `{"model":"m","input":[${many('[1],')}[1]]}`],
  ['chat', `{${chat},"metadata":{${keys('1')}}}`],
  ['chat', `{${chat},"logit_bias":{${keys('1').replaceAll('"k', '"')}}}`],
  [
    'chat',
    `{${chat},"response_format":{"type":"json_schema","json_schema":{"name":"x","schema":{"enum":[${many('1,')}1]}}}}`,
  ],
  ['job', `{${job},"metadata":{${keys('"x"')}}}`],
  ['pipeline', `{"inputs":[${many('{},')}1]}`],
  ['rerank', `{"model":"m","query":"q","documents":[${many('1,')}1]}`],
];

describe('bodies', () => {
  it.each(small)('are read in threads as they are here: %s %s', async (kind, text) => {
    expect(await outcome(inThreads, kind, text)).toEqual(await outcome(here, kind, text));
  });

  it.each([
    ['[1.5]', 'input[0]'],
    ['[{}]', 'input[0]'],
    ['["a",1]', 'input[1]'],
    ['[[1],["a"]]', 'input[1][0]'],
    ['[[1],2]', 'input[1]'],
    ['{}', 'input'],
    ['null', 'input'],
    ['[[1],[]]', 'input[1]'],
  ])('of embedding requests are refused by the place of the fault: %s', async (input, param) => {
    const told = await outcome(here, 'embedding', `{"model":"m","input":${input}}`);
    expect(told).toMatchObject({ code: 'invalid_value', param: param });
  });

  it.each([
    ['job', `{${job},"metadata":{"a":"b","__proto__":"c"}}`, 'metadata.__proto__'],
    ['job', `{${job},"metadata":{"\\u005f_proto__":"c"}}`, 'metadata.__proto__'],
    ['chat', `{${chat},"__proto__":{}}`, '__proto__'],
  ] as const)('name a key that would be lost: %s', async (kind, text, param) => {
    expect(await outcome(here, kind, text)).toEqual({
      ...{ code: 'invalid_value', param, message: `Invalid key: '${param}' is not taken.` },
    });
  });

  it('take a property of a schema whatever it is called', async () => {
    const schema = '{"type":"object","properties":{"__proto__":{"type":"null"}}}';
    const format = `"response_format":{"type":"json_schema","json_schema":{"name":"a","schema":${schema}}}`;
    const { payload } = (await outcome(here, 'chat', `{${chat},${format}}`)) as {
      payload: Uint8Array;
    };
    expect(Buffer.from(payload).toString()).toContain(schema);
  });

  it('of embedding requests have at most 2048 inputs', async () => {
    const input = `[${'"a",'.repeat(2048)}"a"]`;
    const told = await outcome(here, 'embedding', `{"model":"m","input":${input}}`);
    expect(told).toMatchObject({ param: 'input', message: expect.stringContaining('2049') });
  });

  it('that are large and hostile do not keep the event loop', async () => {
    const direct = watchLoop();
    for (const [kind, text] of hostile) await outcome(here, kind, text);
    direct.stop();
    // Made before the watch begins: that is the test's own work.
    const tasks = hostile.map(([kind, text]) => taskOf(kind, text));
    const watch = watchLoop();
    await Promise.allSettled(tasks.map((task) => inThreads.read(task, signal)));
    watch.stop();
    expect(watch.longest()).toBeLessThan(direct.longest() / 4);
  });
});
