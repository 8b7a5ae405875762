/**
 * The whole product in one run: start, upload, fine-tune, compare with the baselines, ask, stop.
 * Exits 0 only when the tuned model answered. On the built-in model, or, fetched first, on a real one:
 *
 *     npm run quickstart [-- --model smollm2-135m]
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs, styleText } from 'node:util';
import { type EvaluationReport, evaluationReportSchema } from '@lathe/contracts/artifact/report';
import { sizeText } from '@lathe/contracts/words/size';
import { readConfig } from '@lathe/platform/config';
import OpenAI from 'openai';
import { catalog } from './models/catalog.ts';
import { getModel } from './models/get-model.ts';
import { GetModelError } from './models/get-model-error.ts';
import { startPlatform } from './platform.ts';

const example = 'examples/support-routing.jsonl';
const builtIn = 'lathe-tiny';
const dataFolder = process.env.LATHE_DATA ?? path.join('.lathe', 'quickstart');

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

async function main(model: string): Promise<void> {
  const begun = performance.now();
  say(
    `\n${styleText('bold', 'Lathe quickstart')}: fine-tune a small model to route support messages\n`,
  );
  const config = readConfig({
    LATHE_LOG_LEVEL: 'warn',
    ...process.env,
    LATHE_DATA: dataFolder,
    LATHE_PORT: '0',
  });
  const [models] = config.modelFolders;
  if (catalog.has(model) && models !== undefined) await getModel(model, { models, say });
  const platform = await startPlatform(config);
  try {
    say(`1. The platform runs at ${platform.url}  (data in ${dataFolder})`);
    const client = new OpenAI({ baseURL: `${platform.url}/v1`, apiKey: platform.apiKey });
    const file = await client.files.create({
      file: createReadStream(example),
      purpose: 'fine-tune',
    });
    say(`2. Uploaded ${example}: ${file.id}, ${sizeText(file.bytes)}`);
    const job = await client.fineTuning.jobs.create({
      model,
      training_file: file.id,
      suffix: 'support-routing',
      seed: 7,
      // A real model learns the five answers in one pass, which takes minutes on two cores.
      ...(model === builtIn ? {} : { hyperparameters: { n_epochs: 1 } }),
    });
    say(`3. Created the LoRA job ${job.id} on ${about(model)}\n`);
    await lathe(['jobs', 'watch', job.id], platform, 'ignore');
    const done = await client.fineTuning.jobs.retrieve(job.id);
    if (done.status !== 'succeeded' || done.fine_tuned_model === null)
      throw new Error(
        `the job ended as ${done.status}: ${done.error?.message ?? 'no reason given'}`,
      );

    const report = evaluationReportSchema.parse(await client.get(`/lathe/jobs/${job.id}/report`));
    const reportFile = path.join(dataFolder, 'support-routing-report.json');
    await writeFile(reportFile, `${JSON.stringify(report, null, 2)}\n`);
    const pageFile = reportFile.replace(/json$/, 'html');
    say(`\n4. Held-out rows that no model was trained on: ${report.rows}\n`);
    await lathe(['report', job.id, '--html', pageFile], platform, 'inherit');
    await askOne(client, done.fine_tuned_model, report);
    say(`\n   The report: ${reportFile}, and as a page: ${pageFile}`);
    say(`   Took ${((performance.now() - begun) / 1000).toFixed(0)} s. Next: npm start\n`);
  } finally {
    await platform.stop();
  }
}

/** The command line on the platform of this run, in this terminal: its progress and errors, and its answers where they are wanted. */
async function lathe(
  words: readonly string[],
  { url, apiKey }: { readonly url: string; readonly apiKey: string },
  answers: 'inherit' | 'ignore',
): Promise<void> {
  const env = { ...process.env, LATHE_URL: url, LATHE_API_KEY: apiKey };
  const child = spawn(process.execPath, ['cli/main.ts', ...words], {
    env,
    stdio: ['ignore', answers, 'inherit'],
  });
  const [status] = await once(child, 'exit');
  if (status !== 0) throw new Error(`lathe ${words.join(' ')} ended with status ${status}`);
}

/** A real model's figures say what it was rebuilt from. */
function about(model: string): string {
  const known = catalog.get(model);
  return known === undefined ? model : `${model} (${known.about})`;
}

async function askOne(client: OpenAI, model: string, report: EvaluationReport): Promise<void> {
  const sample = report.samples[0];
  if (sample === undefined) throw new Error('the report has no held-out sample to ask about');
  const stream = await client.chat.completions.create({
    model,
    messages: [
      ...(sample.system === undefined ? [] : [{ role: 'system' as const, content: sample.system }]),
      { role: 'user', content: sample.prompt },
    ],
    temperature: 0,
    stream: true,
  });
  let answer = '';
  for await (const chunk of stream) answer += chunk.choices[0]?.delta.content ?? '';
  say(`\n5. Asked ${model} through the openai client:\n`);
  say(`   ${styleText('dim', 'user')}      ${sample.prompt}`);
  say(
    `   ${styleText('dim', 'tuned')}     ${styleText('green', answer)}   ${styleText('dim', `(expected: ${sample.expected})`)}`,
  );
}

const { values } = parseArgs({ options: { model: { type: 'string', default: builtIn } } });
try {
  await main(values.model);
} catch (error) {
  if (!(error instanceof GetModelError)) throw error;
  say(error.message);
  process.exitCode = 1;
}
