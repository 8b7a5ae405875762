/** What was stored of chats, judged by evals and learnt by another model, through the official client. */
import type { OpenAI } from 'openai';
import { beforeAll, expect, it } from 'vitest';
import { joinPlatform, type SharedPlatform } from './shared-platform.fixture.ts';

let platform: SharedPlatform;
let client: OpenAI;
beforeAll(async () => {
  platform = await joinPlatform();
  client = platform.client;
});

const model = 'lathe-tiny';
const metadata = { feature: 'support' };

it('judges what was answered, asks it again, and teaches it', async () => {
  for (let at = 0; at < 4; at++) {
    const messages = [{ role: 'user' as const, content: `Where is parcel ${at}?` }];
    await client.chat.completions.create({
      ...{ model, messages, temperature: 0, max_tokens: 6, store: true, metadata },
    });
  }
  const same = {
    type: 'string_check' as const,
    ...{ name: 'same', operation: 'eq' as const },
    ...{ input: '{{ sample.output_text }}', reference: '{{ item.output }}' },
  };
  const made = await client.evals.create({
    name: 'stored',
    data_source_config: { type: 'stored_completions', metadata },
    testing_criteria: [same],
  });
  const source = { type: 'stored_completions' as const, metadata };
  const sources = [
    { type: 'jsonl', source },
    {
      type: 'completions',
      model,
      source,
      sampling_params: { temperature: 0, max_completion_tokens: 6 },
    },
  ] as unknown as OpenAI.Evals.RunCreateParams['data_source'][];
  for (const data_source of sources) {
    const { id } = await client.evals.runs.create(made.id, { data_source });
    const retrieve = () => client.evals.runs.retrieve(id, { eval_id: made.id });
    const waits = { interval: 100 };
    await expect.poll(retrieve, waits).toMatchObject({ status: 'completed' });
    const run = await retrieve();
    expect(run.result_counts).toMatchObject({ total: 4, passed: 4 });
    expect(run.data_source).toMatchObject({ source: { type: 'stored_completions', metadata } });
  }
  const body = { metadata };
  const file = (await client.post('/lathe/completions/dataset', { body })) as OpenAI.FileObject;
  const job = await client.fineTuning.jobs.create({
    ...{ model, training_file: file.id, hyperparameters: { n_epochs: 1, batch_size: 4 } },
  });
  const waits = { interval: 200 };
  await expect
    .poll(() => client.fineTuning.jobs.retrieve(job.id), waits)
    .toMatchObject({ status: 'succeeded' });
});
