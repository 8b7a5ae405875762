/** Runs that watch the metric of their task, on the whole platform: it is told at every score, and decides which step is kept. */
import { beforeAll, expect, it } from 'vitest';
import { joinPlatform, type SharedPlatform } from './shared-platform.fixture.ts';

let platform: SharedPlatform;
beforeAll(async () => {
  platform = await joinPlatform();
});

const things = ['card', 'soup', 'train', 'phone', 'river', 'lamp', 'cat', 'song', 'door', 'coat'];
const rowsOf = {
  classification: (thing: string, at: number) => ({
    text: `the ${thing}`,
    label: `kind ${at % 2}`,
  }),
  'token-classification': (thing: string) => ({
    ...{ tokens: ['the', thing, 'here'], tags: ['O', 'B-THING', 'I-THING'] },
  }),
  'question-answering': (thing: string) => ({
    question: 'what is here',
    context: `the ${thing} is here`,
    answers: { text: [thing], answer_start: [4] },
  }),
  embedding: (thing: string) => ({ anchor: `a ${thing}`, positive: `the ${thing}` }),
} as const;

/** A job on the first things, scored on the others after every second step. */
async function started(task: keyof typeof rowsOf, metric: string) {
  const { client } = platform;
  const all = things.map((thing, at) => JSON.stringify(rowsOf[task](thing, at)));
  return client.fineTuning.jobs.create({
    model: 'bert-words',
    training_file: await platform.upload(all.slice(0, 6)),
    validation_file: await platform.upload(all.slice(6)),
    hyperparameters: { n_epochs: 8, batch_size: 3 },
    ...{ lathe: { task: { type: task }, early_stopping: { metric, every_steps: 2, patience: 2 } } },
  });
}

async function over(id: string) {
  for (;;) {
    const job = await platform.client.fineTuning.jobs.retrieve(id);
    if (job.status === 'succeeded' || job.status === 'failed') return job;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

it.each([
  ['classification', 'macro_f1'],
  ['token-classification', 'span_f1'],
  ['question-answering', 'f1'],
  ['embedding', 'mrr'],
] as const)('a run of %s keeps the step that is best by %s', async (task, metric) => {
  const { id } = await started(task, metric);
  expect((await over(id)).error).toBeNull();
  const events = (await platform.client.fineTuning.jobs.listEvents(id, { limit: 100 })).data;
  const scores = events.toReversed().flatMap(({ data }) => {
    const { step, [`valid_${metric}`]: value } = { ...(data as Record<string, number>) };
    return step === undefined || value === undefined ? [] : [{ step, value }];
  });
  expect(scores.length).toBeGreaterThan(2);
  for (const { value } of scores) expect(value).toBeLessThanOrEqual(1);
  const most = Math.max(...scores.map(({ value }) => value));
  const best = scores.find(({ value }) => value === most)?.step;
  const kept = events.some(({ message }) => message.includes(`the model of step ${best} is kept`));
  expect(kept || best === scores.at(-1)?.step).toBe(true);
});

it('a metric of another task is refused by its name', async () => {
  const asked = started('classification', 'span_f1').then(({ id }) => over(id));
  const job = await asked.catch((error: unknown) => error);
  expect(JSON.stringify(job)).toContain('span_f1 is none of the task classification');
  expect(JSON.stringify(job)).toContain('lathe.early_stopping.metric');
});
