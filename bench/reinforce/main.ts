/**
 * What models learn from rewards: jobs of the method reinforcement over the HTTP API, on the built-in model, of several seeds.
 * Writes bench/reinforce/RESULTS.md, and of the tasks that are not asked for keeps what stands there.
 *
 *     npm run bench:reinforce [-- --tasks string,sums,words,reward-model] [--seeds 3]
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { evaluationReportSchema } from '@lathe/contracts/artifact/report';
import { readConfig } from '@lathe/platform/config';
import OpenAI, { toFile } from 'openai';
import { startPlatform } from '../../scripts/platform.ts';
import { followJob } from '../follow-job.ts';
import { pageOf, type Run, sectionOf, sectionsIn } from './page.ts';
import { asked, type Line, type Prompt, type RewardTask, rewardTasks } from './tasks.ts';

const { values } = parseArgs({
  options: {
    tasks: { type: 'string', default: 'string,sums,words,reward-model' },
    seeds: { type: 'string', default: '3' },
  },
});
const page = join(import.meta.dirname, 'RESULTS.md');
const tasks = await rewardTasks();
const chosen = values.tasks.split(',').map((name): [string, RewardTask] => {
  const task = tasks[name];
  if (task === undefined) throw new RangeError(`there is no task ${name}`);
  return [name, task];
});
const folder = await mkdtemp(join(tmpdir(), 'lathe-reinforce-'));
const platform = await startPlatform(
  readConfig({ LATHE_LOG_LEVEL: 'warn', ...process.env, LATHE_DATA: folder, LATHE_PORT: '0' }),
);
const client = new OpenAI({ baseURL: `${platform.url}/v1`, apiKey: platform.apiKey });

async function upload(rows: readonly object[]): Promise<string> {
  const text = rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  const file = await toFile(Buffer.from(text), 'rows.jsonl');
  return (await client.files.create({ file, purpose: 'fine-tune' })).id;
}

/** A job from its creation to its end. Throws unless it succeeds. */
async function tune(body: Line): Promise<{ id: string; model: string }> {
  const made = await client.fineTuning.jobs.create(
    body as unknown as OpenAI.FineTuning.Jobs.JobCreateParams,
  );
  const { id, status, error, fine_tuned_model } = await followJob(client, made.id, () => undefined);
  if (status !== 'succeeded' || fine_tuned_model === null)
    throw new Error(`${status}: ${error?.message}`);
  return { id, model: fine_tuned_model };
}

/** An answer to each prompt, at temperature 1. */
async function answersOf(model: string, prompts: readonly Prompt[], tokens: number) {
  const answers: string[] = [];
  for (const [seed, { question }] of prompts.entries()) {
    const { choices } = await client.chat.completions.create({
      ...{ model, messages: [asked(question)] },
      ...{ seed, temperature: 1, max_tokens: tokens },
    });
    answers.push(choices[0]?.message.content ?? '');
  }
  return answers;
}

/** A reward model of the task, where it has one. */
async function rewardModelOf({ rewardModel, prompts, lathe }: RewardTask, seed: number) {
  if (rewardModel === undefined) return undefined;
  const answers = await answersOf(builtIn, prompts, longestOf(lathe));
  const pairs = prompts.map(({ question }, at) => ({
    prompt: question,
    chosen: rewardModel.better(answers[at] as string),
    rejected: answers[at],
  }));
  const training_file = await upload(pairs);
  return (await tune({ model: builtIn, training_file, seed, ...rewardModel.settings })).model;
}

const builtIn = 'lathe-tiny';
const longestOf = (lathe: RewardTask['lathe']) => lathe.reinforcement.max_completion_tokens;
const rowOf = (prompt: Prompt) => ({ ...prompt, messages: [asked(prompt.question)] });

async function runOf(task: RewardTask, seed: number): Promise<Run> {
  const { start, lathe, heldOut, rule } = task;
  const model =
    start === undefined
      ? builtIn
      : (
          await tune({
            model: builtIn,
            training_file: await upload(start.rows),
            seed,
            ...start.settings,
          })
        ).model;
  const grader = task.grader(await rewardModelOf(task, seed));
  const training_file = await upload(task.prompts.map(rowOf));
  const validation_file = await upload(heldOut.map(rowOf));
  const begun = performance.now();
  const job = await tune({
    ...{ model, training_file, validation_file, seed },
    method: {
      type: 'reinforcement',
      reinforcement: { grader, hyperparameters: task.hyperparameters },
    },
    lathe: { forgetting_questions: 0, ...lathe },
  });
  const seconds = (performance.now() - begun) / 1000;
  const report = evaluationReportSchema.parse(await client.get(`/lathe/jobs/${job.id}/report`));
  const shareOf = async (name: string): Promise<number> => {
    const answers = await answersOf(name, heldOut, longestOf(lathe));
    const right = heldOut.filter((prompt, at) => rule.holds(answers[at] as string, prompt));
    return right.length / heldOut.length;
  };
  return { seed, seconds, report, before: await shareOf(model), after: await shareOf(job.model) };
}

/** Puts what a task came to so far onto the page, of which the other sections stay. */
async function write(task: RewardTask, runs: readonly Run[]): Promise<void> {
  const sections = new Map(sectionsIn(await readFile(page, 'utf8').catch(() => '')));
  sections.set(task.title, sectionOf(task, runs));
  const all = Object.values(tasks).flatMap(({ title }) => sections.get(title) ?? []);
  await writeFile(page, pageOf(all));
}

try {
  for (const [name, task] of chosen) {
    const runs: Run[] = [];
    for (let seed = 1; seed <= Number(values.seeds); seed++) {
      const run = await runOf(task, seed);
      runs.push(run);
      console.log(
        `${name}, seed ${seed}: ${run.report.verdict} ${task.rule.name}: ${run.before} to ${run.after}`,
      );
      await write(task, runs);
    }
  }
} finally {
  await platform.stop();
  await rm(folder, { recursive: true, force: true });
}
