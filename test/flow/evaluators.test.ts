/** Two evaluators behind one gateway, which they reach over NATS alone: they share what is asked, and one is killed amid it. */
import { join } from 'node:path';
import { freePort } from '@lathe/testkit/free-port';
import { startNats } from '@lathe/testkit/nats';
import { patienceMs } from '@lathe/testkit/patience';
import { startProgram } from '@lathe/testkit/program';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { writeTinyModel } from '@lathe/testkit/tiny-model';
import OpenAI from 'openai';
import { expect, it } from 'vitest';

const service = (name: string) => join(import.meta.dirname, '../../services', name, 'src/main.ts');
const apiKey = 'sk-two-evaluators';
/** Requests that each evaluator takes of a project. */
const places = 2;
const rows = 100;
const patient = { timeout: patienceMs, interval: 50 };

/** A gateway and two evaluators, each a process, and the client of a user. */
async function openTwo() {
  const stack = new AsyncDisposableStack();
  const nats = stack.use(await startNats());
  const { path } = stack.use(await tempFolder());
  // Room for streams that end only when somebody leaves them.
  await writeTinyModel(join(path, 'models', 'tiny'), { maxPositions: 100_000 });
  const port = String(await freePort());
  const environment = {
    ...{ LATHE_DATA: path, LATHE_MODELS: join(path, 'models'), LATHE_NATS_URL: nats.url },
    ...{ LATHE_API_KEY: apiKey, LATHE_PORT: port, LATHE_HEALTH_PORT: '0' },
    ...{ LATHE_EVALUATOR_CONTEXT: '100000', LATHE_EVALUATOR_PROJECT_REQUESTS: String(places) },
    ...{ LATHE_EVAL_RUN_SLOTS: '1', LATHE_ACK_WAIT: '3s', LATHE_HEARTBEAT: '500ms' },
    LATHE_INFERENCE_TIMEOUT: '10s',
  };
  const start = async (name: string, said: string) => {
    const program = startProgram(service(name), environment);
    stack.defer(async () => {
      program.signal('SIGKILL');
      await program.ended;
    });
    await program.said(said);
    return program;
  };
  await start('gateway', 'the gateway takes requests');
  const evaluator = () => start('evaluator', 'takes requests and evaluations');
  const evaluators = await Promise.all([evaluator(), evaluator()]);
  const client = new OpenAI({ apiKey, baseURL: `http://127.0.0.1:${port}/v1`, maxRetries: 0 });
  return { client, evaluators, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

/** Begins a stream without an end, and counts its pieces; throws what the gateway refuses it with. */
async function openStream(client: OpenAI) {
  const { data, response } = await client.chat.completions
    .create({
      ...{ model: 'tiny', messages: [{ role: 'user', content: 'Hello' }], stream: true },
      // Never the token that ends an answer.
      ...{ max_tokens: 90_000, logit_bias: { '0': -100 } },
    })
    .withResponse();
  const remaining = Number(response.headers.get('x-ratelimit-remaining-requests'));
  const opened = {
    remaining,
    pieces: 0,
    end: undefined as unknown,
    leave: () => data.controller.abort(),
  };
  void (async () => {
    try {
      for await (const _ of data) opened.pieces++;
      opened.end = 'whole';
    } catch (error) {
      opened.end = error;
    }
  })();
  return opened;
}
type Stream = Awaited<ReturnType<typeof openStream>>;

async function beginRun(client: OpenAI) {
  const made = await client.evals.create({
    data_source_config: {
      type: 'custom',
      item_schema: { type: 'object', properties: { n: { type: 'integer' } } },
      include_sample_schema: true,
    },
    testing_criteria: [
      {
        ...{ type: 'text_similarity', name: 'alike', evaluation_metric: 'fuzzy_match' },
        ...{ input: '{{ sample.output_text }}', reference: 'Row {{ item.n }}' },
        pass_threshold: 0.2,
      },
    ],
  });
  const content = Array.from({ length: rows }, (_, n) => ({ item: { n } }));
  const template = [{ role: 'user' as const, content: 'Row {{ item.n }}' }];
  const run = await client.evals.runs.create(made.id, {
    data_source: {
      ...{ type: 'completions', model: 'tiny', source: { type: 'file_content', content } },
      input_messages: { type: 'template', template },
      sampling_params: { temperature: 1, max_completion_tokens: 32, seed: 7 },
    },
  });
  return { id: run.id, eval_id: made.id };
}

it('share load; what one has open when it is killed ends clearly, the other goes on, and runs end whole', async () => {
  await using two = await openTwo();
  const { client } = two;
  // Nothing waits in a queue: one more than both have places for is refused, and is told when to come again.
  const streams: Stream[] = [];
  while (streams.length < 2 * places)
    await openStream(client).then(
      (stream) => streams.push(stream),
      (error: unknown) => expect(error).toMatchObject({ status: 429 }),
    );
  const full = await openStream(client).catch((error: unknown) => error);
  expect(full).toMatchObject({ status: 429, code: 'rate_limit_exceeded' });
  const { headers } = full as InstanceType<typeof OpenAI.APIError>;
  expect(Number(headers?.get('retry-after'))).toBeGreaterThan(0);
  // Each counts its own: so both have as many.
  expect(streams.map(({ remaining }) => remaining).toSorted()).toEqual([0, 0, 1, 1]);

  // An evaluator takes one run at a time, so each has one.
  const runs = [await beginRun(client), await beginRun(client)];
  type Run = (typeof runs)[number];
  const read = (run: Run) => client.evals.runs.retrieve(run.id, run);
  const answered = async ({ id, eval_id }: Run, limit: number) =>
    (await client.evals.runs.outputItems.list(id, { eval_id, limit })).data;
  for (const run of runs)
    await expect.poll(async () => (await answered(run, 1)).length, patient).toBe(1);
  two.evaluators[0]?.signal('SIGKILL');
  expect(await two.evaluators[0]?.ended).toBe('SIGKILL');
  for (const run of runs) expect(await read(run)).toMatchObject({ status: 'in_progress' });

  const lost = () => streams.filter(({ end }) => end !== undefined);
  await expect.poll(() => lost().length, patient).toBe(places);
  for (const { end } of lost())
    expect(end).toMatchObject({
      code: 'timeout',
      message: expect.stringMatching(/evaluator sent nothing for 10000 ms/),
    });
  const others = streams.filter(({ end }) => end === undefined);
  const heard = others.map(({ pieces }) => pieces);
  await expect
    .poll(() => others.every(({ pieces }, at) => pieces > (heard[at] ?? 0) + 20), patient)
    .toBe(true);
  expect(lost()).toHaveLength(places);

  // Their places are free once they are left, and everything new is answered.
  for (const { leave } of others) leave();
  const ask = () =>
    client.chat.completions.create({
      ...{ model: 'tiny', messages: [{ role: 'user', content: 'Hello' }], max_tokens: 8 },
    });
  await expect
    .poll(() => ask().catch((error: unknown) => error), patient)
    .toMatchObject({ object: 'chat.completion' });
  for (let count = 0; count < 4; count++) await ask();

  const answers = [];
  for (const run of runs) {
    await expect.poll(async () => (await read(run)).status, patient).toBe('completed');
    expect(await read(run)).toMatchObject({
      result_counts: { total: rows, errored: 0 },
      per_model_usage: [{ invocation_count: rows }],
    });
    const items = await answered(run, rows);
    expect(items.map(({ datasource_item_id }) => datasource_item_id)).toEqual(
      Array.from({ length: rows }, (_, at) => at),
    );
    answers.push(items.map(({ sample }) => sample.output));
  }
  // The run that was interrupted answers as the one that was not.
  expect(answers[0]).toEqual(answers[1]);
}, 600_000);
