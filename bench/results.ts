/**
 * `npm run results -- --banking77 <folder>`: tunes a base model on the ten largest intents of banking77 through the
 * HTTP API, by LoRA and by full training, and writes docs/results.md. `--rows`, `--test`, `--epochs` and `--shots` make it short.
 */
import { execFileSync } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { type EvaluationReport, evaluationReportSchema } from '@lathe/contracts/artifact/report';
import { readConfig } from '@lathe/platform/config';
import OpenAI from 'openai';
import { catalog } from '../scripts/models/catalog.ts';
import { startPlatform } from '../scripts/platform.ts';
import { followJob } from './follow-job.ts';
import { spread } from './real-models/run.ts';

type Run = { adaptation: 'lora' | 'full'; seconds: number; report: EvaluationReport };

const { values } = parseArgs({
  options: {
    banking77: { type: 'string' },
    model: { type: 'string', default: 'smollm2-135m' },
    /** Most rows to train on, and to score. */
    rows: { type: 'string', default: '100000' },
    test: { type: 'string', default: '1000' },
    epochs: { type: 'string' },
    /** Examples in the prompt of the few-shot baseline; by default the number that does best. */
    shots: { type: 'string' },
  },
});
const { model } = values;
const about = catalog.get(model)?.about ?? `the built-in model ${model}`;
if (values.banking77 === undefined) {
  console.error(
    'usage: npm run results -- --banking77 <folder with train.csv and test.csv> [--model smollm2-135m] [--rows n] [--test n] [--epochs n] [--shots n]',
  );
  process.exit(2);
}

/** One job over HTTP: from its creation to its end. */
async function tune(
  client: OpenAI,
  files: [string, string],
  adaptation: Run['adaptation'],
): Promise<Run> {
  const begun = performance.now();
  const job = await client.fineTuning.jobs.create({
    model,
    training_file: files[0],
    validation_file: files[1],
    suffix: `banking-${adaptation}`,
    seed: 11,
    ...(values.epochs !== undefined && { hyperparameters: { n_epochs: Number(values.epochs) } }),
    ...{
      lathe: {
        adaptation: { type: adaptation },
        evaluation_rows: 1000,
        ...(values.shots !== undefined && { few_shot_examples: Number(values.shots) }),
      },
    },
  });
  console.log(`${adaptation}: ${job.id}`);
  const done = await followJob(client, job.id, console.log);
  if (done.status !== 'succeeded')
    throw new Error(`${adaptation}: ${done.status}, ${done.error?.message}`);
  const report = evaluationReportSchema.parse(await client.get(`/lathe/jobs/${job.id}/report`));
  return { adaptation, seconds: (performance.now() - begun) / 1000, report };
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function markdown(runs: Run[], counts: readonly [train: number, test: number]): string {
  const rows = runs.flatMap(({ adaptation, report }, at) =>
    report.contestants
      // The baselines are the same in every run: they stand once.
      .filter(({ name }) => at === 0 || name === 'tuned')
      .map(({ name, exactMatch: match, loss }) =>
        [
          name === 'tuned' ? `tuned, ${adaptation}` : name,
          `${percent(match.rate)} (${match.correct}/${match.total})`,
          `${percent(match.low)} to ${percent(match.high)}`,
          loss?.toFixed(3) ?? '',
        ].join(' | '),
      ),
  );
  const verdicts = runs.flatMap(({ adaptation, report }) =>
    report.comparisons.map(
      ({ against, verdict, difference, pValue }) =>
        `- ${adaptation} against ${against}: ${verdict}, ${(100 * difference).toFixed(1)} points (exact McNemar p ${pValue < 0.001 ? '< 0.001' : `= ${pValue.toFixed(3)}`}).`,
    ),
  );
  return `# Results

Written by \`npm run results -- --model ${model} --banking77 <folder>\`; do not edit by hand.

Bank customers' questions (banking77, PolyAI, CC-BY-4.0): the ten largest intents, ${about}.
Jobs over the HTTP API, ${counts[0]} rows to train on, ${values.epochs === undefined ? '`auto` hyperparameters' : `${values.epochs} epochs, other hyperparameters \`auto\``}; scored on ${counts[1]} rows
of the data set's own test split by greedy generation and exact match. Intervals are 95 % Wilson intervals; loss is the
mean negative log-likelihood of the answer's tokens in nats. ${cpus().length} CPU cores.

| model | exact match | 95 % interval | loss |
| --- | --- | --- | --- |
${rows.map((row) => `| ${row} |`).join('\n')}

${verdicts.join('\n')}

Whole job from creation to success (check, training, scoring of all contestants): ${runs
    .map(({ adaptation, seconds }) => `${adaptation} ${(seconds / 60).toFixed(1)} minutes`)
    .join(', ')}.

Every other task on real data: [tasks.md](tasks.md). From a GGUF file and back to one: [real-models.md](real-models.md).
`;
}

const folder = await mkdtemp(path.join(tmpdir(), 'lathe-results-'));
const prepare = ['examples/banking77/prepare.ts', '--source', values.banking77, '--out', folder];
execFileSync(process.execPath, prepare, { stdio: 'inherit' });
const config = readConfig({
  LATHE_LOG_LEVEL: 'warn',
  ...process.env,
  LATHE_DATA: path.join(folder, 'data'),
  LATHE_PORT: '0',
});
const platform = await startPlatform(config);
try {
  const client = new OpenAI({ baseURL: `${platform.url}/v1`, apiKey: platform.apiKey });
  const upload = async (name: string, most: string) => {
    const file = path.join(folder, name);
    const rows = spread((await readFile(file, 'utf8')).trimEnd().split('\n'), Number(most));
    await writeFile(file, `${rows.join('\n')}\n`);
    const purpose = 'fine-tune';
    const { id } = await client.files.create({ file: createReadStream(file), purpose });
    return { id, count: rows.length };
  };
  const train = await upload('train.jsonl', values.rows);
  const test = await upload('test.jsonl', values.test);
  const files: [string, string] = [train.id, test.id];
  const runs = [await tune(client, files, 'lora'), await tune(client, files, 'full')];
  const page = markdown(runs, [train.count, test.count]);
  await writeFile('docs/results.md', page);
  console.log(page);
} finally {
  await platform.stop();
  await rm(folder, { recursive: true, force: true });
}
