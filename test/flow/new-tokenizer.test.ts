/** Models whose tokenizer is learnt from the file that they are trained on, from the job to an answer. */
import { readFile } from 'node:fs/promises';
import type OpenAI from 'openai';
import { beforeAll, expect, test } from 'vitest';
import { supportLines } from './platform.fixture.ts';
import { joinPlatform, type SharedPlatform } from './shared-platform.fixture.ts';

type Job = OpenAI.FineTuning.FineTuningJob;

let platform: SharedPlatform;
let client: OpenAI;
let texts: string;

beforeAll(async () => {
  platform = await joinPlatform();
  client = platform.client;
  const paragraphs = (await readFile('LICENSE', 'utf8')).split('\n\n').map((each) => each.trim());
  texts = await platform.upload(paragraphs.slice(0, 40).map((text) => JSON.stringify({ text })));
});

const own = (kind: string, vocabulary_size = 400) => ({
  type: 'full',
  initial: 'random',
  tokenizer: { kind, vocabulary_size },
});

async function create(
  adaptation: object | undefined,
  more: object = {},
  { model = 'lathe-tiny', file = texts, n_epochs = 1 } = {},
): Promise<Job> {
  const hyperparameters = { n_epochs, batch_size: 4 };
  const least = { evaluation_rows: 4, few_shot_examples: 0, forgetting_questions: 0 };
  const lathe = { ...least, max_tokens: 128, ...more };
  return client.fineTuning.jobs.create({
    ...{ model, training_file: file, seed: 3 },
    method: { type: 'supervised', supervised: { hyperparameters } },
    lathe: { ...lathe, ...(adaptation && { adaptation }) },
  } as OpenAI.FineTuning.JobCreateParams);
}

async function untilOver({ id }: Job): Promise<Job> {
  for (;;) {
    const job = await client.fineTuning.jobs.retrieve(id);
    if (['succeeded', 'failed', 'cancelled'].includes(job.status)) return job;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** The model's files as they are downloaded. */
async function filesOf({ id }: Job): Promise<ReadonlyMap<string, Buffer>> {
  const found = new Map<string, Buffer>();
  for (const name of ['tokenizer.json', 'config.json', 'model.safetensors']) {
    const answer = await client
      .get(`/lathe/jobs/${id}/model/${name}`, { headers: { accept: '*/*' } })
      .asResponse();
    found.set(name, Buffer.from(await answer.arrayBuffer()));
  }
  return found;
}

test('a model with a tokenizer of its own is scored, answers, goes on, and is the same after a kill', async () => {
  const every = { checkpoint_every: 2 };
  const first = await untilOver(await create(own('unigram'), every, { n_epochs: 2 }));
  expect(first.error).toBeNull();
  const files = await filesOf(first);
  expect(JSON.parse(String(files.get('tokenizer.json'))).model.vocab).toHaveLength(400);
  expect(JSON.parse(String(files.get('config.json'))).vocab_size).toBe(400);

  const killed = await create(own('unigram'), every, { n_epochs: 2 });
  const { checkpoints } = client.fineTuning.jobs;
  await expect
    .poll(async () => (await checkpoints.list(killed.id)).data.length, { interval: 20 })
    .toBeGreaterThan(0);
  process.kill((await platform.pids()).worker ?? 0, 'SIGKILL');
  const second = await untilOver(killed);
  expect(second.error).toBeNull();
  expect(await filesOf(second)).toEqual(files);

  const model = first.fine_tuned_model as string;
  const messages = [{ role: 'user' as const, content: 'You may' }];
  const answer = await client.chat.completions.create({ model, messages, max_tokens: 4 });
  expect(answer.choices).toHaveLength(1);
  const further = await untilOver(await create({ type: 'full' }, {}, { model }));
  expect(further.error).toBeNull();
  expect((await filesOf(further)).get('tokenizer.json')).toEqual(files.get('tokenizer.json'));
});

test('chats are asked of the base with its own tokens, and losses of other tokens are not compared', async () => {
  const file = await platform.upload(await supportLines(60));
  const job = await untilOver(
    await create(
      own('byte_level_bpe', 500),
      { few_shot_examples: 1, held_out_share: 0.2 },
      { file },
    ),
  );
  expect(job.error).toBeNull();
  type Contestant = { readonly name: string; readonly loss: number | null };
  const { evaluation } = (
    job as unknown as { lathe: { evaluation: { contestants: Contestant[] } } }
  ).lathe;
  const losses = new Map(evaluation.contestants.map(({ name, loss }) => [name, loss]));
  for (const name of ['base', 'few-shot']) expect(losses.get(name)).toBeNull();
  expect(losses.get('tuned')).toBeGreaterThan(0);
});

test('an encoder learns labels with a tokenizer of its own', async () => {
  const lines = (await supportLines(60)).map((line) => {
    const { messages } = JSON.parse(line) as { messages: { content: string }[] };
    return JSON.stringify({ text: messages.at(-2)?.content, label: messages.at(-1)?.content });
  });
  const file = await platform.upload(lines);
  const model = 'lathe-tiny-encoder';
  const job = await untilOver(
    await create(own('wordpiece', 300), { held_out_share: 0.2 }, { model, file }),
  );
  expect(job.error).toBeNull();
  const answer = await fetch(`${platform.url}/v1/lathe/models/${job.fine_tuned_model}/pipeline`, {
    method: 'POST',
    headers: { authorization: `Bearer ${platform.apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ inputs: 'Where is my parcel?' }),
  });
  expect(answer.status).toBe(200);
});
