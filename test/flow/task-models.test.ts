/** Small encoders from a file of rows to an answer through the door of their task, on the whole platform. */
import { InferenceClient } from '@huggingface/inference';
import { type OpenAI, toFile } from 'openai';
import { beforeAll, expect, it } from 'vitest';
import { joinPlatform, type SharedPlatform } from './shared-platform.fixture.ts';

const base = 'bert-sentences';

let platform: SharedPlatform;
let client: OpenAI;

beforeAll(async () => {
  platform = await joinPlatform();
  client = platform.client;
});

/** Trains on rows until the job is over: the model's name. */
async function tuned(rows: readonly object[], lathe: object): Promise<string> {
  const lines = rows.map((row) => JSON.stringify(row)).join('\n');
  const file = await toFile(Buffer.from(lines), 'rows.jsonl');
  const { id: training_file } = await client.files.create({ file, purpose: 'fine-tune' });
  const hyperparameters = { n_epochs: 6 };
  const body = {
    model: base,
    training_file,
    seed: 7,
    method: { type: 'supervised', supervised: { hyperparameters } },
    lathe,
  } as OpenAI.FineTuning.JobCreateParams;
  const { id } = await client.fineTuning.jobs.create(body);
  const waits = { interval: 200 };
  await expect
    .poll(() => client.fineTuning.jobs.retrieve(id), waits)
    .toMatchObject({ status: 'succeeded' });
  const { fine_tuned_model: name } = await client.fineTuning.jobs.retrieve(id);
  return name ?? expect.fail('no model');
}

const asking = (model: string) =>
  new InferenceClient(platform.apiKey, {
    endpointUrl: `${platform.url}/v1/lathe/models/${model}/pipeline`,
  });
const times = <Row>(count: number, row: (at: number) => Row): Row[] =>
  Array.from({ length: count }, (_, at) => row(at));

it('a classifier by an adapter with its head tells the labels of its rows', async () => {
  const rows = times(40, (at) =>
    at % 2 === 0
      ? { text: `Where is my card ${at}?`, label: 'card' }
      : { text: `Great service number ${at}!`, label: 'praise' },
  );
  const model = await tuned(rows, { adaptation: { type: 'lora' } });
  for (const [inputs, label] of [
    ['Where is my card 3?', 'card'],
    ['Great service number 2!', 'praise'],
  ] as const)
    expect((await asking(model).textClassification({ inputs }))[0]).toMatchObject({ label });
  const chat = { model, messages: [{ role: 'user' as const, content: 'a' }] };
  await expect(client.chat.completions.create(chat)).rejects.toMatchObject({ status: 400 });
});

it('a model of all weights finds answers', async () => {
  const rows = times(30, (at) => ({
    question: 'Who?',
    context: `Anna lives in Berlin ${at}`,
    answers: { text: ['Anna'], answer_start: [0] },
  }));
  const model = await tuned(rows, { adaptation: { type: 'full' } });
  const inputs = { question: 'Who?', context: 'Anna lives in Berlin 31' };
  expect(await asking(model).questionAnswering({ inputs })).toMatchObject({
    answer: 'Anna',
    start: 0,
    end: 4,
  });
});

it('an embedding model has the vectors that it was taught, and not those of its base', async () => {
  const rows = times(30, (at) => ({ anchor: `card ${at}`, positive: `my card number ${at}` }));
  const task = { type: 'embedding', pooling: 'last' };
  const model = await tuned(rows, { adaptation: { type: 'lora' }, task });
  const vectors = await Promise.all(
    [model, base].map(async (name) => {
      const { data } = await client.embeddings.create({ model: name, input: 'Where is my card?' });
      return data[0]?.embedding ?? expect.fail('no vector');
    }),
  );
  const [own = [], bases = []] = vectors;
  expect(Math.hypot(...own)).toBeCloseTo(1, 5);
  expect(Math.hypot(...own.map((value, at) => value - (bases[at] ?? 0)))).toBeGreaterThan(0.1);
});
