/** What a job is estimated to be is what it then is. */
import { estimateSchema } from '@lathe/contracts/http/estimate';
import { jobObjectSchema } from '@lathe/contracts/http/fine-tuning';
import { expect, it } from 'vitest';
import { openPlatform, supportLines } from './platform.fixture.ts';

it('steps, tokens and rows are those of the job, by whose pace the next estimate goes; its memory is told before any job ran', async () => {
  await using platform = await openPlatform();
  const { client } = platform;
  const body = {
    ...{ model: 'lathe-tiny', training_file: await platform.upload(await supportLines(61)) },
    // Which rows are held out goes by it.
    seed: 7,
    hyperparameters: { n_epochs: 2, batch_size: 7 },
    lathe: { evaluation_rows: 1, few_shot_examples: 0, forgetting_questions: 0 },
  };
  const path = '/fine_tuning/jobs/estimate';
  const estimate = async () => estimateSchema.parse(await client.post(path, { body }));
  const before = await estimate();
  expect(before).toMatchObject({
    status: 'succeeded',
    refusals: [],
    seconds: null,
  });
  expect(before.memory_bytes).toBeGreaterThan(1e6);
  expect(before.disk_bytes).toMatchObject({ models: 2 });
  const { id } = await client.fineTuning.jobs.create(body);
  const events = await fetch(`${platform.url}/v1/fine_tuning/jobs/${id}/events?stream=true`, {
    headers: { authorization: `Bearer ${platform.apiKey}` },
  });
  // The stream ends with the job.
  await events.text();
  const job = jobObjectSchema.parse(await client.fineTuning.jobs.retrieve(id));
  expect(job).toMatchObject({
    status: 'succeeded',
    trained_tokens: before.training_tokens,
    lathe: { total_steps: before.steps, task: before.task },
  });
  const after = await estimate();
  expect(after.seconds?.jobs).toBe(1);
  expect(before.queue).toMatchObject({ position: 1, estimated_finish: null });
  expect({ ...after, seconds: null, queue: before.queue }).toEqual(before);
});
