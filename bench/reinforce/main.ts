/**
 * What models learn from rewards: jobs of the method reinforcement over the HTTP API, on the built-in model, of several seeds.
 * Writes bench/reinforce/RESULTS.md, and of the tasks that are not asked for keeps what stands there.
 *
 *     npm run bench:reinforce [-- --tasks string] [--seeds 3]
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type EvaluationReport, evaluationReportSchema } from '@lathe/contracts/artifact/report';
import { readConfig } from '@lathe/platform/config';
import OpenAI, { toFile } from 'openai';
import { startPlatform } from '../../scripts/platform.ts';
import { followJob } from '../../scripts/quickstart/progress.ts';
import { pageOf, type Run, sectionOf, sectionsIn } from './page.ts';
import { type RewardTask, rewardTasks } from './tasks.ts';

const { values } = parseArgs({
  options: {
    tasks: { type: 'string', default: 'string' },
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
async function tune(body: Readonly<Record<string, unknown>>) {
  const begun = performance.now();
  const made = await client.fineTuning.jobs.create(
    body as unknown as OpenAI.FineTuning.Jobs.JobCreateParams,
  );
  const job = await followJob(client, made.id, () => undefined);
  if (job.status !== 'succeeded') throw new Error(`${job.status}: ${job.error?.message}`);
  return { job, seconds: (performance.now() - begun) / 1000 };
}

async function runsOf(name: string, task: RewardTask): Promise<Run[]> {
  const training_file = await upload(task.prompts);
  const validation_file = await upload(task.heldOut);
  const runs: Run[] = [];
  for (let seed = 1; seed <= Number(values.seeds); seed++) {
    const { job, seconds } = await tune({
      ...{ model: 'lathe-tiny', training_file, validation_file, seed },
      method: {
        type: 'reinforcement',
        reinforcement: {
          grader: task.grader,
          hyperparameters: task.hyperparameters,
        },
      },
      lathe: { forgetting_questions: 0, ...task.lathe },
    });
    const report: EvaluationReport = evaluationReportSchema.parse(
      await client.get(`/lathe/jobs/${job.id}/report`),
    );
    runs.push({ seed, seconds, report });
    console.log(`${name}, seed ${seed}: ${report.verdict}`);
  }
  return runs;
}

try {
  const sections = new Map(sectionsIn(await readFile(page, 'utf8').catch(() => '')));
  for (const [name, task] of chosen) {
    sections.set(task.title, sectionOf(task, await runsOf(name, task)));
    const all = Object.values(tasks).flatMap(({ title }) => sections.get(title) ?? []);
    await writeFile(page, pageOf(all));
  }
} finally {
  await platform.stop();
  await rm(folder, { recursive: true, force: true });
}
