import { execFileSync } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type EvaluationReport, evaluationReportSchema } from '@lathe/contracts/artifact/report';
import { readConfig } from '@lathe/platform/config';
import OpenAI from 'openai';
import { z } from 'zod';
import { startPlatform } from '../../scripts/platform.ts';
import { followJob } from '../follow-job.ts';

/** Runs a script of the project; base models are looked for, and put, in `models` inside `work`. */
export function runScript(work: string, ...options: string[]): void {
  execFileSync(process.execPath, options, {
    stdio: 'inherit',
    env: { ...process.env, LATHE_MODELS: path.join(work, 'models') },
  });
}

/** Every so manieth of some lines, so that all kinds are among them. */
export function spread(lines: readonly string[], count: number): string[] {
  const step = Math.max(1, lines.length / count);
  return Array.from(
    { length: Math.min(count, lines.length) },
    (_, at) => lines[Math.floor(at * step)]!,
  );
}

/** Runs the platform with the project's base models and those in `work`, and gives a client. */
export async function withPlatform<T>(
  work: string,
  use: (client: OpenAI) => Promise<T>,
): Promise<T> {
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

/** A tuned model, and how the job went. */
export type Tuned = {
  readonly model: string;
  readonly report: EvaluationReport;
  readonly seconds: number;
};

const filesSchema = z.looseObject({ files: z.array(z.looseObject({ name: z.string() })) });

/** What is to be tuned, and on which files. */
export type Tuning = {
  readonly base: string;
  readonly files: readonly [train: string, test: string];
  readonly suffix: string;
  readonly epochs: number;
  readonly lathe?: object;
};

/** Tunes over HTTP and fetches the adapter into `adapter`. Throws Error for a job that does not succeed. */
export async function tune(
  client: OpenAI,
  { base, files: [train, test], suffix, epochs, lathe }: Tuning,
  adapter: string,
): Promise<Tuned> {
  const begun = performance.now();
  const upload = async (file: string): Promise<string> =>
    (await client.files.create({ file: createReadStream(file), purpose: 'fine-tune' })).id;
  const job = await client.fineTuning.jobs.create({
    model: base,
    training_file: await upload(train),
    validation_file: await upload(test),
    ...{ suffix, seed: 11, hyperparameters: { n_epochs: epochs } },
    ...(lathe && { lathe }),
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

/** Merges the adapter, exports a GGUF file, and imports that as a base model of this name. */
export async function throughGguf(
  work: string,
  model: { readonly base: string; readonly adapter: string; readonly dtype: 'f16' | 'f32' },
  name: string,
): Promise<void> {
  const exported = path.join(work, 'exported');
  const options = ['--model', model.base, '--adapter', model.adapter, '--dtype', model.dtype];
  const script = 'packages/engine/src/export/main.ts';
  runScript(work, script, ...options, '--to', 'gguf', '--out', exported);
  const gguf = (await readdir(exported)).find((file) => file.endsWith('.gguf'))!;
  runScript(work, 'scripts/import.ts', path.join(exported, gguf), '--name', name);
}

const page = 'docs/real-models.md';

/** Writes one part of docs/real-models.md, between its marks, and leaves the others alone. */
export async function writePart(part: string, text: string): Promise<void> {
  const marks = [`<!-- ${part} -->`, `<!-- end of ${part} -->`] as const;
  const whole = await readFile(page, 'utf8');
  const [from, to] = [whole.indexOf(marks[0]), whole.indexOf(marks[1])];
  if (from < 0 || to < from) throw new Error(`${page} has no part ${part}`);
  const before = whole.slice(0, from + marks[0].length);
  await writeFile(page, `${before}\n\n${text.trim()}\n\n${whole.slice(to)}`);
  console.log(text);
}
