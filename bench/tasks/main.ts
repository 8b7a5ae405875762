/**
 * `npm run tasks -- --source <folder of data sets>`: every kind of task on real data through the HTTP API, each beside
 * its baselines, and writes the tables of docs/tasks.md and README.md. What a case came to is kept in `--results`, so that a run that
 * was broken off goes on with the next one.
 */
import { execFileSync } from 'node:child_process';
import { createReadStream, existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { evaluationReportSchema } from '@lathe/contracts/artifact/report';
import { readConfig } from '@lathe/platform/config';
import OpenAI from 'openai';
import { startPlatform } from '../../scripts/platform.ts';
import { followJob } from '../follow-job.ts';
import { baseModel, ownModels } from './base-models.ts';
import { askBfcl } from './bfcl.ts';
import { type TaskCase, taskCases } from './cases.ts';
import { headlineTable } from './headline.ts';
import { resultKey, type TaskResult, taskTable } from './table.ts';

const { values } = parseArgs({
  options: {
    source: { type: 'string' },
    results: { type: 'string', default: '.tools/tasks.json' },
    only: { type: 'string', multiple: true },
    /** Trains on so many rows at the most, and scores so many: to try it. */
    most: { type: 'string', default: '1000000' },
    tiny: { type: 'boolean', default: false },
  },
});
const { source } = values;
if (source === undefined) {
  console.error(
    'usage: npm run tasks -- --source <folder of data sets> [--only <name> …] [--tiny]',
  );
  process.exit(2);
}

/** Rows of a file, one of every so many, so that no part of an ordered file is left out. */
async function someRows(file: string, most: number, longest: number): Promise<string[]> {
  const all = (await readFile(file, 'utf8')).trimEnd().split('\n');
  const lines = all.filter((line) => line.length <= longest);
  const every = Math.max(1, lines.length / most);
  return Array.from(
    { length: Math.floor(lines.length / every) },
    (_, at) => lines[Math.floor(at * every)] as string,
  );
}

async function runCase(client: OpenAI, folder: string, one: TaskCase): Promise<TaskResult> {
  const model = baseModel(one.base, folder, values.tiny);
  const upload = async (side: 'train' | 'test', most: number) => {
    const rows = await someRows(
      path.join(folder, `${one.data}.${side}.jsonl`),
      most,
      one.longest ?? Number.POSITIVE_INFINITY,
    );
    const file = path.join(folder, `${one.name}.${side}.some.jsonl`);
    await writeFile(file, `${rows.join('\n')}\n`);
    const { id } = await client.files.create({
      file: createReadStream(file),
      purpose: 'fine-tune',
    });
    return { id, rows: rows.length };
  };
  const [train, test] = [
    await upload('train', Math.min(one.rows[0], Number(values.most))),
    await upload('test', Math.min(one.rows[1], Number(values.most))),
  ];
  const begun = performance.now();
  const job = await client.fineTuning.jobs.create({
    ...{ model, training_file: train.id, validation_file: test.id, seed: 7 },
    method: {
      type: one.type ?? 'supervised',
      [one.type ?? 'supervised']: {
        hyperparameters: { n_epochs: one.epochs, batch_size: one.batch ?? 'auto' },
      },
    },
    ...{ lathe: { checkpoint_every: 1_000_000, ...one.lathe } },
  });
  const done = await followJob(client, job.id, console.log);
  if (done.status !== 'succeeded')
    throw new Error(`${one.name}: ${done.status}, ${done.error?.message}`);
  const report = evaluationReportSchema.parse(await client.get(`/lathe/jobs/${job.id}/report`));
  const { headline, verdict, contestants } = report;
  const seconds = (performance.now() - begun) / 1000;
  const asked = { url: platform.url, apiKey: platform.apiKey, work: folder };
  const more =
    one.bfcl === undefined
      ? undefined
      : await askBfcl(
          { tuned: done.fine_tuned_model ?? '', base: model },
          { ...asked, source: path.join(source ?? '', 'bfcl'), most: one.bfcl },
        );
  return {
    model,
    method: one.method,
    rows: [train.rows, test.rows],
    seconds,
    report: { headline, verdict, contestants },
    ...(more && { more }),
  };
}

/** Writes the table of docs/tasks.md, and that of README.md. */
async function writePages(results: Record<string, TaskResult>): Promise<void> {
  const pages = {
    'docs/tasks.md': taskTable(taskCases, results),
    'README.md': headlineTable(results),
  };
  for (const [page, table] of Object.entries(pages)) {
    const before = await readFile(page, 'utf8');
    const marks = /(?<=<!-- tasks -->\n)[\s\S]*?(?=<!-- end -->)/;
    await writeFile(
      page,
      before.replace(marks, () => `\n${table}\n\n`),
    );
    console.log(table);
  }
}

/** What cases came to until now, those of another run beside this one too. */
async function kept(): Promise<Record<string, TaskResult>> {
  if (!existsSync(values.results)) return {};
  return JSON.parse(await readFile(values.results, 'utf8')) as Record<string, TaskResult>;
}

const before = await kept();
const folder = await mkdtemp(path.join(tmpdir(), 'lathe-tasks-'));
const prepare = ['examples/tasks/prepare.ts', '--source', source, '--out', folder];
execFileSync(process.execPath, prepare, { stdio: 'inherit' });
const calls = ['--source', path.join(source, 'glaive-tools', 'toolcall-300.json'), '--out', folder];
execFileSync(process.execPath, ['examples/tools/prepare.ts', ...calls, '--first-calls'], {
  stdio: 'inherit',
});
for (const side of ['train', 'test'])
  await rename(path.join(folder, `${side}.jsonl`), path.join(folder, `glaive-calls.${side}.jsonl`));
const [models] = readConfig(process.env).modelFolders;
await mkdir(ownModels(folder));
const wanted = taskCases.filter(
  ({ name }) => (values.only ?? [name]).includes(name) && !(resultKey(name, values.tiny) in before),
);
// Before the platform looks for base models.
for (const { base } of wanted) baseModel(base, folder, values.tiny);
const platform = await startPlatform(
  readConfig({
    LATHE_LOG_LEVEL: 'warn',
    ...process.env,
    LATHE_DATA: path.join(folder, 'data'),
    LATHE_MODELS: [models, ownModels(folder)].join(':'),
    LATHE_PORT: '0',
  }),
);
try {
  const client = new OpenAI({ baseURL: `${platform.url}/v1`, apiKey: platform.apiKey });
  for (const one of wanted) {
    console.log(`\n${one.title}, ${one.method}`);
    let result: TaskResult;
    try {
      result = await runCase(client, folder, one);
    } catch (error) {
      // The other cases say as much without it; the run as a whole has failed.
      console.error(error instanceof Error ? error.message : error);
      process.exitCode = 1;
      continue;
    }
    const results = { ...(await kept()), [resultKey(one.name, values.tiny)]: result };
    await writeFile(values.results, JSON.stringify(results, null, 1));
  }
  await writePages(await kept());
} finally {
  await platform.stop();
  await rm(folder, { recursive: true, force: true });
}
