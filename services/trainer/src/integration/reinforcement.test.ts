/** A job that learns from rewards, with the real worker and engine; the grader is the test. */
import { fileURLToPath } from 'node:url';
import type { ShardExample } from '@lathe/contracts/artifact/shard';
import type { JobRecord } from '@lathe/contracts/job/record';
import { type GradeReply, gradeRequestSchema } from '@lathe/contracts/message/grade';
import { gradeSubject } from '@lathe/contracts/subject';
import { startNats } from '@lathe/testkit/nats';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { loadTokenizer } from '@lathe/tokenizer/tokenizer';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readManifest } from '../manifest.ts';
import { type Cluster, type JobOptions, openCluster } from './cluster.fixture.ts';
import { trained } from './undisturbed.fixture.ts';

const models = fileURLToPath(new URL('../../../../models', import.meta.url));
const main = fileURLToPath(new URL('../worker/main.ts', import.meta.url));
const tokenizer = await loadTokenizer(`${models}/lathe-tiny`);

const resources = new AsyncDisposableStack();
let cluster: Cluster;
beforeAll(async () => {
  const nats = resources.use(await startNats());
  const folder = resources.use(await tempFolder());
  const environment = { LATHE_MODELS: models, LATHE_ENGINE_THREADS: '1' };
  const places = { natsUrl: nats.url, folder: folder.path };
  cluster = resources.use(await openCluster({ ...places, environment }));
  await cluster.startController();
});
afterAll(() => resources.disposeAsync());

const prompts = (texts: readonly string[]): ShardExample[] =>
  texts.map((text) => {
    const asked = `<|im_start|>user\n${text}<|im_end|>\n<|im_start|>assistant\n`;
    const tokens = Int32Array.from(tokenizer.encode(asked));
    return { tokens, supervised: new Uint8Array(tokens.length) };
  });

const steps = 6;
const job: JobOptions = {
  model: 'lathe-tiny',
  adaptation: { type: 'lora', rank: 4 },
  train: prompts(['a cat', 'the green dog', 'it', 'some bread']),
  heldOut: prompts(['a house', 'we']),
  ...{ batchSize: 2, epochs: 3, learningRate: 0.01 },
  reinforcement: { group_size: 3, max_completion_tokens: 6, evaluate_every: 2 },
  grader: {
    ...{ type: 'string_check', name: 'e', operation: 'like' },
    ...{ input: '{{ sample.output_text }}', reference: 'e' },
  },
  options: { checkpoint_every: 2 },
};

/** The share of an answer's characters that are an e. */
const shareOfE = (text: string): number =>
  text.length === 0 ? 0 : [...text].filter((letter) => letter === 'e').length / text.length;

/** Answers requests for rewards until it is disposed of; `held` requests stay unanswered. */
function startGrader(grade: (text: string) => number | undefined, isHeld = (_at: number) => false) {
  const subscription = cluster.nats.connection.subscribe(gradeSubject);
  const whenHeld = Promise.withResolvers<void>();
  let count = 0;
  const done = (async () => {
    for await (const message of subscription) {
      count++;
      const { items } = gradeRequestSchema.parse(message.json());
      if (isHeld(count)) {
        whenHeld.resolve();
        continue;
      }
      const grades = items.map(({ sample }) => {
        const reward = grade(sample.output_text);
        return reward === undefined ? { error: 'it cannot be graded' } : { reward };
      });
      const reply: GradeReply = { kind: 'done', grades, tokens: 0 };
      message.respond(JSON.stringify(reply));
    }
  })();
  return {
    held: whenHeld.promise,
    async [Symbol.asyncDispose]() {
      subscription.unsubscribe();
      await done;
    },
  };
}

/** Digests of the model's files, and all that was told of steps, scores and samples but their speed. */
async function outcome(record: JobRecord) {
  const { model } = await readManifest(cluster.artifacts, record.checkpointKey ?? '');
  const files = Object.fromEntries(
    Object.entries(model).map(([name, { sha256 }]) => [name, sha256]),
  );
  const events = await cluster.events(record.id);
  const told = (wanted: string) =>
    events.flatMap(({ name, data: { tokens_per_second: _, ...data } }) =>
      name === wanted ? [data] : [],
    );
  const samples = told('samples');
  return { files, steps: told('metrics'), scores: told('evaluation_metrics'), samples };
}

let undisturbed: Awaited<ReturnType<typeof outcome>>;

test('a job tells what its answers are worth, of which every ratio is exactly 1', async () => {
  const worker = cluster.startWorker('one', {}, { main });
  await using _ = startGrader(shareOfE);
  const record = await cluster.waitFor(await cluster.createJob(job), trained);
  undisturbed = await outcome(record);
  worker.kill('SIGTERM');
  await worker.exited;
  expect(undisturbed.steps.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6]);
  for (const { ratio, reward, reward_missing, entropy, kl } of undisturbed.steps) {
    expect(ratio).toBe(1);
    expect(reward_missing).toBe(0);
    for (const figure of [reward, entropy, kl]) expect(figure).toSatisfy(Number.isFinite);
  }
  expect(undisturbed.scores.map(({ step }) => step)).toEqual([2, 4, 6]);
  for (const { valid_reward, valid_loss } of undisturbed.scores)
    expect(valid_loss).toBe(-Number(valid_reward));
  const samples = undisturbed.samples as {
    readonly step: number;
    readonly answers: readonly { readonly text: string; readonly reward: number }[];
  }[];
  expect(samples).toHaveLength(steps + 3);
  for (const { answers } of samples)
    for (const { text, reward } of answers) expect(reward).toBeCloseTo(shareOfE(text), 9);
});

// The trial asks twice, for its first 8 answers and for the others; each step and each score once.
test.each([
  ['before its first step', 1],
  ['in its first step', 3],
  ['while it is scored', 5],
  ['in a step after a checkpoint', 7],
])('a worker that is killed %s changes no byte', async (where, heldAt) => {
  const first = cluster.startWorker(`${where}-one`.replaceAll(' ', '-'), {}, { main });
  const id = await cluster.createJob(job);
  {
    await using grader = startGrader(shareOfE, (at) => at >= heldAt);
    await grader.held;
    first.kill('SIGKILL');
    await first.exited;
  }
  await using _ = startGrader(shareOfE);
  const second = cluster.startWorker(`${where}-two`.replaceAll(' ', '-'), {}, { main });
  const record = await cluster.waitFor(id, trained);
  expect(record.lostWorkers).toBe(1);
  expect(await outcome(record)).toEqual(undisturbed);
  second.kill('SIGTERM');
  await second.exited;
});

test('a run waits for a grader that is not there, and says so', async () => {
  const worker = cluster.startWorker('waits', {}, { main });
  const id = await cluster.createJob(job);
  const isTold = async () =>
    (await cluster.events(id)).some(({ message }) =>
      message.startsWith('Answers cannot be graded now: the training waits and asks again.'),
    );
  await expect.poll(isTold).toBe(true);
  await using _ = startGrader(shareOfE);
  const record = await cluster.waitFor(id, trained);
  expect((await outcome(record)).files).toEqual(undisturbed.files);
  worker.kill('SIGTERM');
  await worker.exited;
});

test('a job whose answers all have one reward ends before its first step, with the figures', async () => {
  const worker = cluster.startWorker('even', {}, { main });
  await using _ = startGrader(() => 0.25);
  const id = await cluster.createJob(job);
  const { error } = await cluster.waitFor(id, ({ state }) => state === 'failed');
  expect(error?.code).toBe('training_failed');
  expect(error?.message).toMatch(
    /^Nothing was trained: the grader gave every answer the same reward of 0.25 in a trial of 12 answers to 4 prompts, so nothing could be learned/,
  );
  worker.kill('SIGTERM');
  await worker.exited;
});

test('a job whose first answers cannot be graded ends in its trial, with what the grader says', async () => {
  const worker = cluster.startWorker('ungraded', {}, { main });
  await using _ = startGrader(() => undefined);
  const id = await cluster.createJob(job);
  const { error } = await cluster.waitFor(id, ({ state }) => state === 'failed');
  expect(error).toMatchObject({
    code: 'training_failed',
    message:
      'Nothing was trained: the grader could not grade any of the first 8 answers in a trial of 12 answers to 4 prompts. it cannot be graded',
  });
  worker.kill('SIGTERM');
  await worker.exited;
});

test('a run that waits for rewards can be paused, and goes on to the same bytes; or cancelled', async () => {
  const worker = cluster.startWorker('pauses', {}, { main });
  const id = await cluster.createJob(job);
  // Within the fourth step: the trial, steps 1 and 2, a score, step 3.
  const isHeld = (at: number) => at >= 7;
  {
    await using grader = startGrader(shareOfE, isHeld);
    await grader.held;
    await cluster.wish(id, 'pause');
    await cluster.waitFor(id, ({ state }) => state === 'paused');
  }
  {
    await using _ = startGrader(shareOfE);
    await cluster.wish(id, 'run');
    const record = await cluster.waitFor(id, trained);
    expect((await outcome(record)).files).toEqual(undisturbed.files);
  }
  const other = await cluster.createJob(job);
  {
    await using grader = startGrader(shareOfE, isHeld);
    await grader.held;
    await cluster.wish(other, 'cancel');
    const { progress } = await cluster.waitFor(other, ({ state }) => state === 'cancelled');
    expect(progress?.step).toBeLessThan(steps);
  }
  worker.kill('SIGTERM');
  await worker.exited;
});

test('early stopping by the held-out reward keeps its best step', async () => {
  const worker = cluster.startWorker('stops', {}, { main });
  await using _ = startGrader(shareOfE);
  const patience = 2;
  const options = {
    early_stopping: { metric: 'reward' as const, every_steps: 1, patience },
    checkpoint_every: 1000,
  };
  const { evaluate_every: _every, ...reinforcement } = job.reinforcement ?? expect.fail();
  const id = await cluster.createJob({ ...job, epochs: 100, reinforcement, options });
  const record = await cluster.waitFor(id, trained);
  const scores = (await outcome(record)).scores.map(({ step, valid_reward }) => ({
    step: Number(step),
    reward: Number(valid_reward),
  }));
  const most = Math.max(...scores.map(({ reward }) => reward));
  const best = scores.find(({ reward }) => reward === most)?.step ?? 0;
  expect((await readManifest(cluster.artifacts, record.checkpointKey ?? '')).step).toBe(best);
  expect(scores.at(-1)?.step).toBe(best + patience);
  worker.kill('SIGTERM');
  await worker.exited;
});
