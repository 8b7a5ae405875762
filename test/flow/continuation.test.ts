/** A tuned model that is tuned again, through the unmodified `openai` client on the whole platform. */
import type OpenAI from 'openai';
import { NotFoundError } from 'openai';
import { beforeAll, expect, test } from 'vitest';
import { supportLines } from './platform.fixture.ts';
import { joinPlatform, type SharedPlatform } from './shared-platform.fixture.ts';

type Job = OpenAI.FineTuning.FineTuningJob;
type Evaluation = {
  readonly contestants: readonly { readonly name: string; readonly loss: number }[];
};

const base = 'lathe-tiny';
let platform: SharedPlatform;
let client: OpenAI;
let file: string;

beforeAll(async () => {
  platform = await joinPlatform();
  client = platform.client;
  file = await platform.upload(await supportLines(80));
});

async function create(model: string, lathe: Record<string, unknown> = {}): Promise<Job> {
  const hyperparameters = { n_epochs: 1, batch_size: 16 };
  const body = {
    ...{ model, training_file: file, seed: 3 },
    method: { type: 'supervised' as const, supervised: { hyperparameters } },
    lathe: { evaluation_rows: 8, few_shot_examples: 0, forgetting_questions: 0, ...lathe },
  };
  return client.fineTuning.jobs.create(body);
}

async function until(job: Job, isReached: (now: Job) => boolean): Promise<Job> {
  for (let now = job; ; now = await client.fineTuning.jobs.retrieve(job.id)) {
    if (isReached(now)) return now;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function succeeded(job: Job): Promise<Job> {
  const over = await until(job, ({ status }) =>
    ['succeeded', 'failed', 'cancelled'].includes(status),
  );
  expect(over.error).toBeNull();
  return over;
}

function lossOf(job: Job, name: string): number {
  const { evaluation } = (job as unknown as { lathe: { evaluation: Evaluation } }).lathe;
  return evaluation.contestants.find((each) => each.name === name)?.loss ?? expect.fail(name);
}

test.each([
  ['an adapter', { type: 'lora', rank: 4 }],
  ['a model with weights of its own', { type: 'layers', last: 1 }],
])('%s is tuned again, and the second model does without the first', async (_, adaptation) => {
  const first = await succeeded(await create(base, { adaptation }));
  const parent = first.fine_tuned_model as string;
  const begun = await create(parent);
  expect(begun).toMatchObject({ model: parent, status: 'validating_files' });
  await until(begun, ({ status }) => status !== 'validating_files');
  // Its last checkpoint has the same files, which go with the last name for them.
  const { data: checkpoints } = await client.fineTuning.jobs.checkpoints.list(first.id);
  for (const { fine_tuned_model_checkpoint: name } of checkpoints) await client.models.delete(name);
  await client.models.delete(parent);
  await expect(client.models.retrieve(parent)).rejects.toThrow(NotFoundError);

  const second = await succeeded(begun);
  const child = second.fine_tuned_model as string;
  expect(child).toBe(
    `ft:${base}:${platform.project}::${second.id.slice('ftjob-'.length).slice(0, 8)}`,
  );
  expect(lossOf(second, 'tuned')).toBeLessThan(lossOf(first, 'tuned'));
  expect(lossOf(second, 'base')).toBeCloseTo(lossOf(first, 'base'), 6);
  const answer = await client.chat.completions.create({
    model: child,
    messages: [{ role: 'user', content: 'The tracking number of my parcel does not work.' }],
    max_tokens: 8,
    temperature: 0,
  });
  expect(answer.choices[0]?.message.content).not.toBe('');
});
