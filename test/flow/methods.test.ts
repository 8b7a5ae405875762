/** Jobs that train otherwise than by plain LoRA, from the `openai` client to an answer of their model. */
import { readFile } from 'node:fs/promises';
import { readConfig } from '@lathe/platform/config';
import { tempFolder } from '@lathe/testkit/temp-folder';
import OpenAI, { toFile } from 'openai';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Platform, startPlatform } from '../../scripts/platform.ts';

type Job = OpenAI.FineTuning.FineTuningJob;

const question = [
  {
    role: 'system' as const,
    content:
      'Which queue of our web shop should answer this message? Reply with the name of the queue.',
  },
  { role: 'user' as const, content: 'The tracking number of my parcel does not work.' },
];
let folder: Awaited<ReturnType<typeof tempFolder>>;
let platform: Platform;
let client: OpenAI;
let rows: string;

beforeAll(async () => {
  folder = await tempFolder();
  const quiet = { LATHE_PORT: '0', LATHE_LOG_LEVEL: 'error' };
  platform = await startPlatform(readConfig({ ...quiet, LATHE_DATA: folder.path }));
  client = new OpenAI({ baseURL: `${platform.url}/v1`, apiKey: platform.apiKey });
  const lines = (await readFile('examples/support-routing.jsonl', 'utf8')).split('\n');
  const file = await toFile(Buffer.from(lines.slice(0, 80).join('\n')), 'rows.jsonl');
  rows = (await client.files.create({ file, purpose: 'fine-tune' })).id;
}, 60_000);
afterAll(async () => {
  await platform.stop();
  await folder[Symbol.asyncDispose]();
});

/** Creates a job with these options of ours and waits until it is over. */
async function train(lathe: Record<string, unknown>, epochs = 1): Promise<Job> {
  const body = {
    model: 'lathe-tiny',
    training_file: rows,
    seed: 3,
    method: {
      type: 'supervised' as const,
      supervised: { hyperparameters: { n_epochs: epochs, batch_size: 16 } },
    },
    lathe: { evaluation_rows: 8, few_shot_examples: 0, ...lathe },
  };
  const { id } = await client.fineTuning.jobs.create(body);
  for (;;) {
    const job = await client.fineTuning.jobs.retrieve(id);
    if (['succeeded', 'failed', 'cancelled'].includes(job.status)) return job;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
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
])(
  '%s ends in a model that answers',
  async (_, lathe) => {
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
  },
  120_000,
);

test('a method that chat cannot serve is refused with the field at fault', async () => {
  const error = await train({ adaptation: { type: 'prompt-tuning' } }).catch(
    (thrown: unknown) => thrown,
  );
  expect(error).toMatchObject({
    status: 400,
    code: 'invalid_value',
    param: 'lathe.adaptation.type',
  });
});
