/** Jobs that train otherwise than by plain LoRA, from the `openai` client to an answer of their model. */
import { readFile } from 'node:fs/promises';
import type OpenAI from 'openai';
import { beforeAll, expect, test } from 'vitest';
import { supportLines } from './platform.fixture.ts';
import { joinPlatform, type SharedPlatform } from './shared-platform.fixture.ts';

type Job = OpenAI.FineTuning.FineTuningJob;

const question = [
  {
    role: 'system' as const,
    content:
      'Which queue of our web shop should answer this message? Reply with the name of the queue.',
  },
  { role: 'user' as const, content: 'The tracking number of my parcel does not work.' },
];
let platform: SharedPlatform;
let client: OpenAI;
let rows: string;
let pairs: string;

beforeAll(async () => {
  platform = await joinPlatform();
  client = platform.client;
  const lines = await supportLines(80);
  rows = await platform.upload(lines);
  pairs = await platform.upload(lines.map(toPair));
});

type Evaluation = {
  readonly contestants: readonly {
    readonly name: string;
    readonly loss: number;
    readonly metrics: object;
  }[];
};
type Entity = { readonly entity_group: string; readonly start: number; readonly end: number };
type Chat = { readonly messages: readonly { readonly role: string; readonly content: string }[] };

/** The row with its answer as the better one and a wrong queue as the worse one, in OpenAI's format. */
function toPair(line: string): string {
  const { messages } = JSON.parse(line) as Chat;
  const right = messages.at(-1)?.content;
  const wrong = right === 'billing' ? 'delivery' : 'billing';
  return JSON.stringify({
    input: { messages: messages.slice(0, -1) },
    preferred_output: [{ role: 'assistant', content: right }],
    non_preferred_output: [{ role: 'assistant', content: wrong }],
  });
}

async function untilOver({ id }: Job): Promise<Job> {
  for (;;) {
    const job = await client.fineTuning.jobs.retrieve(id);
    if (['succeeded', 'failed', 'cancelled'].includes(job.status)) return job;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const least = { evaluation_rows: 8, few_shot_examples: 0, forgetting_questions: 0 };

/** Creates a job with these options of ours and waits until it is over. */
async function train(
  lathe: Record<string, unknown>,
  { file = rows, model = 'lathe-tiny' } = {},
): Promise<Job> {
  const hyperparameters = { n_epochs: 1, batch_size: 16 };
  const body = {
    model,
    training_file: file,
    seed: 3,
    method: { type: 'supervised' as const, supervised: { hyperparameters } },
    lathe: { ...least, ...lathe },
  };
  return untilOver(await client.fineTuning.jobs.create(body));
}

async function trainOnPairs(file: string, hyperparameters = {}, lathe = {}): Promise<Job> {
  const body = {
    model: 'lathe-tiny',
    training_file: file,
    seed: 3,
    method: { type: 'dpo' as const, dpo: { hyperparameters } },
    lathe: { ...least, ...lathe },
  };
  return untilOver(await client.fineTuning.jobs.create(body));
}

test.each([
  [
    'DoRA with Lion',
    { adaptation: { type: 'lora', dora: true }, optimizer: { type: 'lion' }, learning_rate: 3e-4 },
  ],
  ['IA³', { adaptation: { type: 'ia3' }, schedule: 'cosine', minimum_rate: 0.1 }],
  [
    'PiSSA on two layers',
    { adaptation: { type: 'lora', initial: 'pissa', targets: ['q_proj', 'v_proj'] } },
  ],
])('%s ends in a model that answers', async (_, lathe) => {
  const job = await train(lathe);
  expect(job.error).toBeNull();
  expect(job).toMatchObject({ status: 'succeeded', lathe: { options: lathe } });
  const model = job.fine_tuned_model as string;
  const answer = await client.chat.completions.create({
    model,
    messages: question,
    temperature: 0,
    max_tokens: 16,
  });
  expect(answer.choices[0]?.message.content).not.toBe('');
});

test.each([
  ['a prompt', { type: 'prompt-tuning', tokens: 8, text: 'Reply with the name of the queue.' }],
  ['a prefix', { type: 'prefix-tuning', tokens: 8 }],
])(
  '%s of virtual tokens answers, goes on and takes its share of the context',
  async (_, adaptation) => {
    const job = await train({ adaptation });
    expect(job.error).toBeNull();
    expect(job).toMatchObject({ status: 'succeeded', lathe: { options: { adaptation } } });
    const model = job.fine_tuned_model as string;
    const { evaluation } = (job as unknown as { lathe: { evaluation: Evaluation } }).lathe;
    const [base, tuned] = evaluation.contestants;
    expect(tuned?.loss).toBeLessThan(base?.loss ?? 0);
    const ask = (asked: string, max_tokens: number) =>
      client.chat.completions.create({
        model: asked,
        messages: question,
        temperature: 0,
        max_tokens,
      });
    const answers = await Promise.all([model, 'lathe-tiny', model].map((name) => ask(name, 16)));
    const [first, other, again] = answers.map(({ choices }) => choices[0]?.message.content);
    expect(first).not.toBe('');
    expect(again).toBe(first);
    expect(other).not.toBe(first);
    const room = async (asked: string): Promise<number> => {
      const error: unknown = await ask(asked, 100_000).catch((thrown: unknown) => thrown);
      return Number(/takes at most (\d+) tokens/.exec(String(error))?.[1]);
    };
    expect(await room(model)).toBe((await room('lathe-tiny')) - 8);
    const { data } = await client.embeddings.create({ model, input: 'Where is my parcel?' });
    expect(data).toHaveLength(1);
    const second = await train({}, { model });
    expect(second.error).toBeNull();
    const next = (second as unknown as { lathe: { evaluation: Evaluation } }).lathe.evaluation;
    const [, start, further] = next.contestants;
    expect(start?.loss).toBe(tuned?.loss);
    expect(further).toMatchObject({ name: 'tuned' });
    expect(further?.loss).toBeLessThan(tuned?.loss ?? 0);
  },
);

test('a head alone is refused with the field at fault where the model writes', async () => {
  const error = await train({ adaptation: { type: 'head' } }).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({
    status: 400,
    code: 'invalid_value',
    param: 'lathe.adaptation.type',
    message: expect.stringContaining('no head of its own to train alone') as string,
  });
});

test('pairs of answers end in a model that prefers the better ones', async () => {
  const job = await trainOnPairs(pairs, {
    beta: 0.2,
    n_epochs: 2,
    batch_size: 16,
    learning_rate_multiplier: 4,
  });
  expect(job.error).toBeNull();
  expect(job).toMatchObject({
    status: 'succeeded',
    hyperparameters: {},
    method: { type: 'dpo', dpo: { hyperparameters: { n_epochs: 2, batch_size: 16, beta: 0.2 } } },
  });
  const checkpoints = await client.fineTuning.jobs.checkpoints.list(job.id);
  const metrics: Readonly<Record<string, number | undefined>> = {
    ...checkpoints.data[0]?.metrics,
  };
  expect(metrics.train_loss).toBeLessThan(Math.LN2);
  // Held-out pairs whose better answer gained more than the worse one.
  expect(metrics.full_valid_mean_token_accuracy).toBeGreaterThan(0.5);
  const { evaluation } = (job as unknown as { lathe: { evaluation: Evaluation } }).lathe;
  expect(evaluation).toMatchObject({ task: 'preference', headline_metric: 'pair accuracy' });
  const model = job.fine_tuned_model as string;
  const answer = await client.chat.completions.create({
    model,
    messages: question,
    max_tokens: 16,
    temperature: 0,
  });
  expect(answer.choices[0]?.message.content).not.toBe('');
});

test('answers that are labelled good or bad end in a model, asked for the good ones', async () => {
  const lines = await supportLines(80);
  const judged = lines.map((line, at) => {
    const { input, preferred_output, non_preferred_output } = JSON.parse(toPair(line));
    const label = at % 2 === 0;
    return JSON.stringify({
      input,
      output: label ? preferred_output : non_preferred_output,
      label,
    });
  });
  const hyperparameters = { n_epochs: 1, batch_size: 16 };
  const job = await trainOnPairs(await platform.upload(judged), hyperparameters, {
    preference: { loss: 'kto' },
    held_out_share: 0.3,
  });
  expect(job.error).toBeNull();
  const { evaluation } = (job as unknown as { lathe: { evaluation: Evaluation } }).lathe;
  expect(evaluation.contestants.map(({ name }) => name)).toEqual([
    'base',
    'tuned',
    'longer answer',
    'nearest row',
    'majority',
    'tf-idf',
  ]);
  expect(evaluation).toMatchObject({ headline_metric: 'AUC' });
  expect(evaluation.contestants[0]).toMatchObject({ metrics: { AUC: { value: 0.5 } } });
  expect(Object.keys(evaluation.contestants[1]?.metrics ?? {})).toEqual(
    expect.arrayContaining(['AUC', 'reward of good answers', 'reward of bad answers']),
  );
  const checkpoints = await client.fineTuning.jobs.checkpoints.list(job.id);
  expect(checkpoints.data).toHaveLength(1);
});

test('wrong pairs are named by their lines', async () => {
  const wrong = JSON.stringify({ input: { messages: question }, preferred_output: [] });
  const job = await trainOnPairs(
    await platform.upload([toPair(JSON.stringify({ messages: question })), wrong]),
  );
  expect(job).toMatchObject({ status: 'failed', error: { code: 'invalid_file_format' } });
  expect(job.error?.message).toContain('Line 2: preferred_output must hold one message, not 0.');
});

test('labels that a decoder is taught are compared with those that its base writes after examples', async () => {
  const labelled = (await supportLines(80)).map((line) => {
    const { messages } = JSON.parse(line) as Chat;
    return JSON.stringify({ text: messages.at(-2)?.content, label: messages.at(-1)?.content });
  });
  const options = { task: { type: 'classification' }, held_out_share: 0.3, few_shot_examples: 2 };
  const job = await train(options, { file: await platform.upload(labelled) });
  expect(job.error).toBeNull();
  const { evaluation } = (job as unknown as { lathe: { evaluation: Evaluation } }).lathe;
  expect(evaluation).toMatchObject({ headline_metric: 'accuracy' });
  expect(evaluation.contestants.find(({ name }) => name === 'few-shot')).toMatchObject({
    ...{ shots: 2, loss: null, metrics: { accuracy: { unit: 'share' } } },
  });
});

test('a run watches what its model writes of held-out rows', async () => {
  const early_stopping = { metric: 'rouge_l', every_steps: 2, patience: 1 };
  const job = await train({ early_stopping, held_out_share: 0.2 });
  expect(job.error).toBeNull();
  const { data } = await client.fineTuning.jobs.listEvents(job.id, { limit: 100 });
  const values = data.flatMap((event) => {
    const { valid_rouge_l: value } = { ...(event.data as Record<string, number>) };
    return value === undefined ? [] : [value];
  });
  expect(values.length).toBeGreaterThan(0);
  for (const value of values) expect(value).toBeLessThanOrEqual(1);
  const report = (await client.get(`/lathe/jobs/${job.id}/report`)) as { task: string };
  expect(report.task).toBe('generation');
});

test('a decoder that is taught tags is scored by spans, and asked through its pipeline', async () => {
  const cities = ['Graz', 'Linz', 'Wien', 'Bonn', 'Rome', 'Oslo'];
  const tagged = Array.from({ length: 30 }, (_, at) =>
    JSON.stringify({
      tokens: ['Anna', 'flew', 'to', cities[at % 6], String(at)],
      ner_tags: ['B-PER', 'O', 'O', 'B-LOC', 'O'],
    }),
  );
  const task = { type: 'token-classification' };
  const options = { task, held_out_share: 0.2 };
  const job = await train(options, { file: await platform.upload(tagged) });
  expect(job.error).toBeNull();
  const { evaluation } = (job as unknown as { lathe: { evaluation: Evaluation } }).lathe;
  expect(evaluation).toMatchObject({
    headline_metric: 'span F1',
    contestants: [{ name: 'tuned' }, { name: 'word tags' }],
  });
  const model = job.fine_tuned_model as string;
  const answer = await fetch(`${platform.url}/v1/lathe/models/${model}/pipeline`, {
    method: 'POST',
    headers: { authorization: `Bearer ${platform.apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ inputs: 'Anna flew to Wien 7' }),
  });
  expect(answer.status).toBe(200);
  for (const { entity_group, start, end } of (await answer.json()) as Entity[]) {
    expect(['PER', 'LOC']).toContain(entity_group);
    expect(end).toBeGreaterThan(start);
  }
  const asked = client.chat.completions.create({ model, messages: question });
  await expect(asked).rejects.toThrow('was taught token-classification: ask it through POST');
});

test.each([
  ['an adapter', { adaptation: { type: 'lora' } }],
  ['a model from random weights', { adaptation: { type: 'full', initial: 'random' } }],
])('texts end in %s whose loss on held-out texts is told', async (_, lathe) => {
  const texts = (await readFile('docs/jobs.md', 'utf8')).split('\n\n');
  const file = await platform.upload(texts.map((text) => JSON.stringify({ text })));
  const job = await train({ ...lathe, max_tokens: 64 }, { file });
  expect(job.error).toBeNull();
  const { evaluation } = (job as unknown as { lathe: { evaluation: Evaluation } }).lathe;
  const [base, tuned] = evaluation.contestants;
  expect(tuned).toMatchObject({ name: 'tuned', exact_match: { total: 0 } });
  const adapts = lathe.adaptation.type === 'lora';
  if (adapts) expect(tuned?.loss).toBeLessThan(base?.loss ?? 0);
  const model = job.fine_tuned_model as string;
  const answer = await client.chat.completions.create({
    model,
    messages: question,
    max_tokens: 4,
  });
  expect(answer.choices).toHaveLength(1);
  const events = await client.fineTuning.jobs.listEvents(job.id);
  expect(events.data.some(({ message }) => message.startsWith('Loss on '))).toBe(true);
});
