/**
 * A real model through the whole platform, by the commands and doors that users have: fetched, tuned over HTTP on
 * banking77's chat form, judged, exported to GGUF with its adapter merged in, imported again and asked over HTTP beside
 * the tuned one. Writes docs/real-models.md.
 *
 *     npm run models:tune -- --banking77 <folder with train.csv and test.csv> [--rows 400] [--epochs 2] [--test 100] [--asked 40]
 */
import { execFileSync } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { type EvaluationReport, evaluationReportSchema } from '@lathe/contracts/artifact/report';
import { readConfig } from '@lathe/platform/config';
import OpenAI from 'openai';
import { z } from 'zod';
import { catalog } from '../scripts/models/catalog.ts';
import { getModel } from '../scripts/models/get-model.ts';
import { startPlatform } from '../scripts/platform.ts';
import { followJob } from '../scripts/quickstart/progress.ts';

const name = 'smollm2-135m';
const backName = `${name}-from-gguf`;
const { about } = catalog.get(name)!;

const { values } = parseArgs({
  options: {
    banking77: { type: 'string' },
    rows: { type: 'string', default: '400' },
    epochs: { type: 'string', default: '2' },
    test: { type: 'string', default: '100' },
    asked: { type: 'string', default: '40' },
  },
});
if (values.banking77 === undefined) {
  console.error(
    'usage: npm run models:tune -- --banking77 <folder> [--rows n] [--epochs n] [--test n] [--asked n]',
  );
  process.exit(2);
}
const work = await mkdtemp(path.join(tmpdir(), 'lathe-real-models-'));
const node = (...options: string[]): void => {
  execFileSync(process.execPath, options, {
    stdio: 'inherit',
    env: { ...process.env, LATHE_MODELS: path.join(work, 'models') },
  });
};

const lineSchema = z.object({
  messages: z.array(
    z.object({ role: z.enum(['system', 'user', 'assistant']), content: z.string() }),
  ),
});
type Messages = z.infer<typeof lineSchema>['messages'];

/** Every so manieth of a file's lines, so that all intents are among them. */
async function spread(file: string, count: number): Promise<string[]> {
  const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
  const step = Math.max(1, lines.length / count);
  return Array.from(
    { length: Math.min(count, lines.length) },
    (_, at) => lines[Math.floor(at * step)]!,
  );
}

/** Runs the platform with base models from both places and gives a client. */
async function withPlatform<T>(use: (client: OpenAI) => Promise<T>): Promise<T> {
  const [models] = readConfig(process.env).modelFolders;
  const config = readConfig({
    LATHE_LOG_LEVEL: 'error',
    ...process.env,
    LATHE_DATA: path.join(work, 'data'),
    LATHE_MODELS: [models, path.join(work, 'models')].join(':'),
    LATHE_PORT: '0',
  });
  const platform = await startPlatform(config);
  try {
    const client = new OpenAI({ baseURL: `${platform.url}/v1`, apiKey: platform.apiKey });
    return await use(client);
  } finally {
    await platform.stop();
  }
}

type Tuned = {
  readonly model: string;
  readonly report: EvaluationReport;
  readonly seconds: number;
};

const filesSchema = z.looseObject({ files: z.array(z.looseObject({ name: z.string() })) });

/** Tunes over HTTP and fetches the adapter into `adapter`. */
async function tune(
  client: OpenAI,
  [train, test]: readonly [string, string],
  adapter: string,
): Promise<Tuned> {
  const begun = performance.now();
  const upload = async (file: string): Promise<string> =>
    (await client.files.create({ file: createReadStream(file), purpose: 'fine-tune' })).id;
  const job = await client.fineTuning.jobs.create({
    model: name,
    training_file: await upload(train),
    validation_file: await upload(test),
    suffix: 'banking',
    seed: 11,
    hyperparameters: { n_epochs: Number(values.epochs) },
  });
  const done = await followJob(client, job.id, console.log);
  if (done.status !== 'succeeded' || done.fine_tuned_model === null)
    throw new Error(`the job ended as ${done.status}: ${done.error?.message}`);
  const report = evaluationReportSchema.parse(await client.get(`/lathe/jobs/${job.id}/report`));
  await mkdir(adapter, { recursive: true });
  const listed = filesSchema.parse(await client.get(`/lathe/jobs/${job.id}/model`));
  for (const file of listed.files) {
    const target = path.join(adapter, file.name);
    await mkdir(path.dirname(target), { recursive: true });
    const answer = await client.get<Response>(`/lathe/jobs/${job.id}/model/${file.name}`, {
      __binaryResponse: true,
    });
    await writeFile(target, Buffer.from(await answer.arrayBuffer()));
  }
  return { model: done.fine_tuned_model, report, seconds: (performance.now() - begun) / 1000 };
}

/** Greedy answers to the questions of some rows. */
async function answers(
  client: OpenAI,
  model: string,
  rows: readonly Messages[],
): Promise<string[]> {
  const found: string[] = [];
  for (const messages of rows) {
    const answer = await client.chat.completions.create({
      model,
      messages: messages.slice(0, -1),
      temperature: 0,
      max_tokens: 24,
    });
    found.push(answer.choices[0]?.message.content ?? '');
  }
  return found;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function markdown(
  { report, seconds }: Tuned,
  equal: number,
  counts: Record<'train' | 'test' | 'asked', number>,
): string {
  const rows = report.contestants.map(
    ({ name: contestant, exactMatch: match, loss }) =>
      `| ${contestant} | ${percent(match.rate)} (${match.correct}/${match.total}) | ${percent(match.low)} to ${percent(match.high)} | ${loss?.toFixed(3) ?? ''} |`,
  );
  const verdicts = report.comparisons.map(
    ({ against, verdict, difference, pValue }) =>
      `- tuned against ${against}: ${verdict}, ${(100 * difference).toFixed(1)} points (exact McNemar p ${pValue < 0.001 ? '< 0.001' : `= ${pValue.toFixed(3)}`}).`,
  );
  return `# A real model through the whole platform

Written by \`npm run models:tune -- --banking77 <folder>\`; do not edit by hand.

${about}, which is not bit for bit the published model.
Bank customers' questions (banking77, PolyAI, CC-BY-4.0), the ten largest intents: ${counts.train} rows to train on, ${counts.test} of the
data set's own test split to score by greedy generation and exact match; one LoRA job over HTTP, ${values.epochs} epochs, other
settings \`auto\`. So few rows show the way through, not what the model can learn. Intervals are 95 % Wilson intervals; loss is
the mean negative log-likelihood of the answer's tokens in nats. ${cpus().length} CPU cores.

| model | exact match | 95 % interval | loss |
| --- | --- | --- | --- |
${rows.join('\n')}

${verdicts.join('\n')}

The whole job took ${(seconds / 60).toFixed(1)} minutes. Its adapter, fetched over HTTP, merged and exported as a GGUF file in
float16, was imported again as a base model: over HTTP ${equal} of ${counts.asked} greedy answers are those of the tuned model.
`;
}

try {
  const [models] = readConfig(process.env).modelFolders;
  const base = await getModel(name, { models: models!, say: console.log });
  node('examples/banking77/prepare.ts', '--source', values.banking77, '--out', work);
  const files = [path.join(work, 'train.jsonl'), path.join(work, 'test.jsonl')] as const;
  const train = await spread(files[0], Number(values.rows));
  const test = await spread(files[1], Number(values.test));
  await writeFile(files[0], `${train.join('\n')}\n`);
  await writeFile(files[1], `${test.join('\n')}\n`);
  await mkdir(path.join(work, 'models'));
  const adapter = path.join(work, 'adapter');
  const tuned = await withPlatform((client) => tune(client, files, adapter));
  const exported = path.join(work, 'exported');
  node(
    'packages/engine/src/export/main.ts',
    '--model',
    base,
    '--adapter',
    adapter,
    '--to',
    'gguf',
    '--out',
    exported,
  );
  const gguf = (await readdir(exported)).find((file) => file.endsWith('.gguf'))!;
  node('scripts/import.ts', path.join(exported, gguf), '--name', backName);
  const asked = test
    .slice(0, Number(values.asked))
    .map((line) => lineSchema.parse(JSON.parse(line)).messages);
  const [of, back] = await withPlatform(async (client) => [
    await answers(client, tuned.model, asked),
    await answers(client, backName, asked),
  ]);
  const equal = of!.filter((answer, at) => answer === back![at]).length;
  const counts = { train: train.length, test: test.length, asked: asked.length };
  const text = markdown(tuned, equal, counts);
  await writeFile('docs/real-models.md', text);
  console.log(text);
} finally {
  await rm(work, { recursive: true, force: true });
}
