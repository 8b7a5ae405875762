/** A model that learns from a grader, from the file of prompts to the model that answers, with the official client. */
import { evaluationReportSchema } from '@lathe/contracts/artifact/report';
import { jobObjectSchema } from '@lathe/contracts/http/fine-tuning';
import type OpenAI from 'openai';
import { expect, it } from 'vitest';
import { supportLines } from './platform.fixture.ts';
import { joinPlatform } from './shared-platform.fixture.ts';

/** The messages of users among the lines of an example. */
const questions = (await supportLines(40)).map((line) => {
  const { messages } = JSON.parse(line) as {
    messages: readonly { role: string; content: string }[];
  };
  return messages.filter(({ role }) => role === 'user');
});
/** More of the letter that a row names is worth more. */
const source = `function grade(sample, item) {
  const letters = [...sample.output_text];
  return letters.length === 0 ? 0 : letters.filter((each) => each === item.letter).length / letters.length;
}`;
const any = { type: 'string_check', operation: 'like', input: '{{ sample.output_text }}' };
const grader = {
  ...{ type: 'multi', name: 'both', calculate_output: '0.9 * letters + 0.1 * e' },
  graders: {
    letters: { type: 'javascript', name: 'letters', source },
    e: { ...any, name: 'e', reference: 'e' },
  },
};
const reinforcement = {
  grader:
    grader as unknown as OpenAI.FineTuning.Jobs.JobCreateParams.Method['reinforcement'] extends
      | { grader: infer Grader }
      | undefined
      ? Grader
      : never,
  hyperparameters: { n_epochs: 1, batch_size: 6, eval_interval: 2 },
};

/** An answer with its reward, and what each grader gave it. */
type Answer = {
  readonly reward: number;
  readonly parts: { readonly letters: number; readonly e: number };
};

it('takes prompts, rewards answers by the grader, tells what it sees, and gives a model that is served', async () => {
  const platform = await joinPlatform();
  const { client } = platform;
  const rows = questions.map((messages) => JSON.stringify({ messages, letter: 'e' }));
  const { id } = await client.fineTuning.jobs.create({
    ...{ model: 'lathe-tiny', training_file: await platform.upload(rows), seed: 1 },
    method: { type: 'reinforcement', reinforcement },
    ...{ lathe: { reinforcement: { group_size: 4, max_completion_tokens: 8 } } },
  });
  const stream = await fetch(`${platform.url}/v1/fine_tuning/jobs/${id}/events?stream=true`, {
    headers: { authorization: `Bearer ${platform.apiKey}` },
  });
  // The stream ends with the job.
  await stream.text();
  const job = jobObjectSchema.parse(await client.fineTuning.jobs.retrieve(id));
  expect(job.error).toBeNull();
  expect(job).toMatchObject({ status: 'succeeded', method: { type: 'reinforcement' } });
  const { data: events } = await client.fineTuning.jobs.listEvents(id, { limit: 100 });
  const told = events.map(({ data }) => data as Record<string, unknown> | null);
  const steps = told.filter((data) => data?.ratio !== undefined);
  expect(steps.length).toBeGreaterThan(0);
  for (const step of steps) expect(step).toMatchObject({ ratio: 1, reward_missing: 0 });
  expect(told.some((data) => typeof data?.valid_reward === 'number')).toBe(true);
  const shown = told.flatMap((data) => (data?.answers ?? []) as Answer[]);
  expect(shown.length).toBeGreaterThan(0);
  for (const {
    reward,
    parts: { letters, e },
  } of shown)
    expect(0.9 * letters + 0.1 * e).toBeCloseTo(reward);
  const said = events.map(({ message }) => message);
  expect(said.filter((message) => message.includes('Reward on'))).toHaveLength(1);
  expect(said.filter((message) => message.includes('loss'))).toEqual([]);
  const report = evaluationReportSchema.parse(await client.get(`/lathe/jobs/${id}/report`));
  expect(report).toMatchObject({ headline: 'reward', rows: expect.any(Number) });
  expect(report.comparisons).toMatchObject([{ against: 'base' }]);
  expect(report.verdict).toContain('reward');
  // 32 rows are trained on, 6 a step.
  expect(report.rewards?.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6]);
  const answer = await client.chat.completions.create({
    ...{ model: job.fine_tuned_model ?? '', max_tokens: 8 },
    messages: [{ role: 'user', content: 'Say cat' }],
  });
  expect(answer.choices).toHaveLength(1);
});

it('refuses a job whose grader gives every answer the same, with the figures', async () => {
  const platform = await joinPlatform();
  const { client } = platform;
  const rows = questions.map((messages) => JSON.stringify({ messages }));
  const same = { type: 'string_check', name: 'no', operation: 'eq', input: 'a', reference: 'b' };
  const { id } = await client.fineTuning.jobs.create({
    ...{ model: 'lathe-tiny', training_file: await platform.upload(rows), seed: 1 },
    method: {
      type: 'reinforcement',
      reinforcement: { grader: { ...same, type: 'string_check', operation: 'eq' } },
    },
    ...{ lathe: { reinforcement: { group_size: 2, max_completion_tokens: 4 } } },
  });
  const stream = await fetch(`${platform.url}/v1/fine_tuning/jobs/${id}/events?stream=true`, {
    headers: { authorization: `Bearer ${platform.apiKey}` },
  });
  await stream.text();
  const job = await client.fineTuning.jobs.retrieve(id);
  expect(job.status).toBe('failed');
  expect(job.error?.message).toMatch(
    /gave every answer the same reward of 0 in a trial of \d+ answers/,
  );
});
