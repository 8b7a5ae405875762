/** The example of each task, from its file to an answer, with the bodies that examples/README.md names. */
import { createReadStream, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type OpenAI from 'openai';
import { beforeAll, expect, it } from 'vitest';
import { joinPlatform, type SharedPlatform } from './shared-platform.fixture.ts';

const root = join(import.meta.dirname, '../..');
let platform: SharedPlatform;
let client: OpenAI;

beforeAll(async () => {
  platform = await joinPlatform();
  client = platform.client;
});

const body = (task: string, name: string): Record<string, unknown> =>
  JSON.parse(readFileSync(join(root, 'examples/requests', task, `${name}.json`), 'utf8'));
const pipeline = (model: string): string => `/lathe/models/${model}/pipeline`;
const numbered = { index: expect.any(Number), relevance_score: expect.any(Number) };

it.each([
  ['classification', () => '/classify', { data: [{ label: expect.any(String), num_classes: 2 }] }],
  ['token-classification', pipeline, expect.any(Array)],
  ['question-answering', pipeline, { answer: expect.any(String), score: expect.any(Number) }],
  ['embedding', () => '/rerank', { results: [numbered, numbered] }],
  ['masked-lm', pipeline, [{ token_str: expect.any(String) }, {}, {}]],
  ['reward', () => '/rerank', { results: [numbered, numbered] }],
] as const)('%s', async (task, door, answer) => {
  const file = createReadStream(join(root, 'examples/tasks', `${task}.jsonl`));
  const { id: training_file } = await client.files.create({ file, purpose: 'fine-tune' });
  const job = { ...body(task, 'job'), training_file, hyperparameters: { n_epochs: 1 } };
  const { id } = await client.fineTuning.jobs.create(job as never);
  await expect
    .poll(() => client.fineTuning.jobs.retrieve(id), { interval: 200 })
    .toMatchObject({ error: null, status: 'succeeded', lathe: { task: { type: task } } });
  const { fine_tuned_model: model } = await client.fineTuning.jobs.retrieve(id);
  const question = body(task, 'ask');
  const asked = 'model' in question ? { ...question, model } : question;
  expect(await client.post(door(model ?? ''), { body: asked })).toMatchObject(answer);
});
