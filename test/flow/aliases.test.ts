/** Old code on the whole platform: each door answers an alias as it answers the model that the alias stands for. */
import { batchAnswerSchema } from '@lathe/contracts/http/batch';
import { type OpenAI, toFile } from 'openai';
import { beforeAll, expect, it } from 'vitest';
import { supportLines } from './platform.fixture.ts';
import { joinPlatform, type SharedPlatform } from './shared-platform.fixture.ts';

/** What old code says, and what stands for it here. */
const standIns = {
  'gpt-4.1': 'lathe-tiny',
  'text-embedding-3-small': 'bert-sentences',
  'ft:gpt-4o-mini:acme::abc': 'bert-intents',
  'omni-moderation-latest': 'distilbert-topics',
} as const;

let platform: SharedPlatform;
let client: OpenAI;
beforeAll(async () => {
  platform = await joinPlatform();
  client = platform.client;
  for (const [alias, model] of Object.entries(standIns)) await setAlias({ alias, model });
});

const setAlias = (body: Record<string, string>) =>
  client.post<{ model: string | null }>('/lathe/aliases', { body });

const messages = [{ role: 'user' as const, content: 'Where is my parcel?' }];
const greedy = { temperature: 0, max_tokens: 6 };
const judge = {
  ...{ type: 'score_model', name: 'judge', range: [0, 1] },
  ...{ input: messages, sampling_params: { temperature: 0 } },
};

/** A door, the name that it is asked by, and its body without the model. */
const doors: readonly (readonly [string, keyof typeof standIns, object])[] = [
  ['/chat/completions', 'gpt-4.1', { messages, ...greedy }],
  ['/completions', 'gpt-4.1', { prompt: 'One and two', ...greedy }],
  ['/embeddings', 'text-embedding-3-small', { input: 'parcel' }],
  ['/score', 'text-embedding-3-small', { text_1: 'card', text_2: 'money' }],
  ['/rerank', 'text-embedding-3-small', { query: 'card', documents: ['money', 'card'] }],
  ['/classify', 'ft:gpt-4o-mini:acme::abc', { input: 'Where is my card?' }],
  ['/moderations', 'omni-moderation-latest', { input: 'Where is my card?' }],
];

it.each(doors)(
  'POST /v1%s answers by an alias, and says the name that was asked',
  async (...[path, alias, body]) => {
    const ask = async (model: string) => {
      const answer = await client.post<Record<string, unknown>>(path, { body: { ...body, model } });
      const { id: _, created: __, model: told, ...rest } = answer;
      return { told, rest };
    };
    // What is kept of a prompt counts in the usage of those that are asked after it.
    await ask(alias);
    const [byAlias, byName] = [await ask(alias), await ask(standIns[alias])];
    expect(byAlias).toEqual({ told: alias, rest: byName.rest });
  },
);

it('streams and pipelines answer by an alias', async () => {
  const told = new Set<string>();
  let text = '';
  const body = { model: 'gpt-4.1', messages, ...greedy, stream: true } as const;
  for await (const chunk of await client.chat.completions.create(body)) {
    told.add(chunk.model);
    text += chunk.choices[0]?.delta.content ?? '';
  }
  expect([...told]).toEqual(['gpt-4.1']);
  const whole = await client.chat.completions.create({
    ...body,
    model: 'lathe-tiny',
    stream: false,
  });
  expect(text).toBe(whole.choices[0]?.message.content);
  const pipeline = (model: string) =>
    client.post(`/lathe/models/${encodeURIComponent(model)}/pipeline`, {
      body: { inputs: 'Where is my card?' },
    });
  expect(await pipeline('ft:gpt-4o-mini:acme::abc')).toEqual(await pipeline('bert-intents'));
});

it('graders ask their models by an alias', async () => {
  const run = (grader: object) =>
    client.post<{ reward: number; sub_rewards: object; metadata: { errors: object } }>(
      '/fine_tuning/alpha/graders/run',
      { body: { grader, model_sample: 'card', item: {} } },
    );
  const similar = {
    ...{ type: 'text_similarity', name: 'like', evaluation_metric: 'cosine' },
    ...{ input: '{{ sample.output_text }}', reference: 'my card' },
  };
  for (const [grader, alias] of [
    [judge, 'gpt-4.1'],
    [similar, 'text-embedding-3-small'],
  ] as const) {
    const [byAlias, byName] = [
      await run({ ...grader, model: alias }),
      await run({ ...grader, model: standIns[alias] }),
    ];
    expect(byAlias.reward).toBe(byName.reward);
    expect(byAlias.metadata.errors).toEqual(byName.metadata.errors);
  }
});

it('a run of an eval and its judge are asked by an alias', async () => {
  const criteria = [{ ...judge, model: 'gpt-4.1' }];
  const made = await client.evals.create({
    data_source_config: { type: 'custom', item_schema: { type: 'object' } },
    testing_criteria: criteria as OpenAI.EvalCreateParams['testing_criteria'],
  });
  const content = [{ item: { text: 'Where is my parcel?' } }];
  const template = [{ role: 'user' as const, content: '{{ item.text }}' }];
  const { id } = await client.evals.runs.create(made.id, {
    data_source: {
      ...{ type: 'completions', model: 'gpt-4.1', source: { type: 'file_content', content } },
      input_messages: { type: 'template', template },
      sampling_params: { temperature: 0, max_completion_tokens: 6 },
    },
  });
  const retrieve = () => client.evals.runs.retrieve(id, { eval_id: made.id });
  const waits = { interval: 50 };
  await expect.poll(retrieve, waits).toMatchObject({ status: 'completed', model: 'gpt-4.1' });
  expect((await retrieve()).result_counts).toMatchObject({ total: 1, errored: 0 });
  const { data } = await client.evals.runs.outputItems.list(id, { eval_id: made.id });
  // What was asked is told by its own name: the alias may stand for another by now.
  expect(data[0]?.sample.model).toBe('lathe-tiny');
  expect(data[0]?.results[0]?.sample).toMatchObject({ model: 'lathe-tiny' });
});

it('a batch is answered by an alias', async () => {
  const body = { model: 'gpt-4.1', messages, ...greedy };
  const line = { custom_id: 'a', method: 'POST', url: '/v1/chat/completions', body };
  const upload = await toFile(Buffer.from(JSON.stringify(line)), 'requests.jsonl');
  const file = await client.files.create({ file: upload, purpose: 'batch' });
  const { id } = await client.batches.create({
    ...{ endpoint: '/v1/chat/completions', completion_window: '24h', input_file_id: file.id },
  });
  const retrieve = () => client.batches.retrieve(id);
  const waits = { interval: 50 };
  await expect.poll(retrieve, waits).toMatchObject({ status: 'completed' });
  const { output_file_id } = await retrieve();
  const text = await (await client.files.content(output_file_id ?? '')).text();
  const { response } = batchAnswerSchema.parse(JSON.parse(text.trimEnd()));
  const direct = await client.chat.completions.create({ ...body, model: 'lathe-tiny' });
  expect(response?.body).toMatchObject({ model: 'gpt-4.1', choices: direct.choices });
});

it('a job begins from an alias, and an alias follows it to its model', async () => {
  const training_file = await platform.upload(await supportLines(16));
  const hyperparameters = { n_epochs: 2, batch_size: 4 };
  const job = await client.fineTuning.jobs.create({
    ...{ model: 'gpt-4.1', training_file, hyperparameters, seed: 7 },
    ...{ lathe: { evaluation_rows: 2, few_shot_examples: 0, forgetting_questions: 0 } },
  });
  expect(job.model).toBe('lathe-tiny');
  const alias = 'ft:gpt-4o-mini:acme::newest';
  await setAlias({ alias, job: job.id });
  const waits = { interval: 200 };
  const retrieve = () => client.fineTuning.jobs.retrieve(job.id);
  await expect.poll(retrieve, waits).toMatchObject({ status: 'succeeded' });
  const { fine_tuned_model: name } = await retrieve();
  expect(await client.models.retrieve(alias)).toMatchObject({ lathe: { alias_of: name } });
  const ask = async (model: string) =>
    (await client.chat.completions.create({ model, messages, ...greedy })).choices;
  expect(await ask(alias)).toEqual(await ask(name ?? ''));
  // The model may be learnt on by that name.
  const next = await client.fineTuning.jobs.create({
    model: alias,
    training_file,
    hyperparameters,
  });
  expect(next.model).toBe(name);
  await client.fineTuning.jobs.cancel(next.id);
});
