/**
 * `npm run bench:data`: how long after its creation a job trains, the first on a file and the second on the same file
 * with the same settings. With `--writer <model> <page> …`: what a model writes of pages, or of the made help page on which
 * the rules are judged, how much of it is kept, and why the rest is refused.
 */
import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { DatasetObject } from '@lathe/contracts/http/dataset-object';
import { readConfig } from '@lathe/platform/config';
import { madeFaqHtml } from '@lathe/testkit/made-faq';
import OpenAI, { toFile } from 'openai';
import { startPlatform } from '../scripts/platform.ts';

const { values, positionals: pages } = parseArgs({
  allowPositionals: true,
  options: {
    file: { type: 'string', default: 'examples/support-routing.jsonl' },
    model: { type: 'string', default: 'lathe-tiny' },
    writer: { type: 'string' },
    chunks: { type: 'string', default: '100' },
    words: { type: 'string', default: '60' },
  },
});

const pause = () => new Promise((resolve) => setTimeout(resolve, 10));

/** Milliseconds from the creation of a job until it trains; the job is cancelled then. */
async function trainsAfter(client: OpenAI, file: string): Promise<number> {
  const begun = performance.now();
  const { id } = await client.fineTuning.jobs.create({
    ...{ model: values.model, training_file: file, seed: 1 },
    method: { type: 'supervised', supervised: { hyperparameters: { n_epochs: 1 } } },
  });
  for (;;) {
    const { status, error } = await client.fineTuning.jobs.retrieve(id);
    const ms = performance.now() - begun;
    if (status === 'running' || status === 'succeeded') {
      if (status === 'running') await client.fineTuning.jobs.cancel(id);
      return ms;
    }
    if (status === 'failed') throw new Error(error?.message);
    await pause();
  }
}

async function secondJob(client: OpenAI): Promise<void> {
  const upload = createReadStream(values.file);
  const { id } = await client.files.create({ file: upload, purpose: 'fine-tune' });
  const first = await trainsAfter(client, id);
  const second = await trainsAfter(client, id);
  const seconds = (ms: number) => `${(ms / 1000).toFixed(2)} s`;
  console.log(
    `${values.file}: the first job runs after ${seconds(first)}, the second after ${seconds(second)}`,
  );
}

async function written(client: OpenAI, model: string): Promise<void> {
  const files: string[] = [];
  const uploads =
    pages.length > 0
      ? pages.map((page) => createReadStream(page))
      : [await toFile(Buffer.from(madeFaqHtml()), 'faq.html')];
  for (const file of uploads)
    files.push((await client.files.create({ file, purpose: 'fine-tune' })).id);
  const writer = {
    ...{ model, pairs_per_chunk: 1, max_tokens: 256 },
    ...{ chunk_words: Number(values.words), max_chunks: Number(values.chunks) },
  };
  const body = { convert: { source: 'faq', files, writer } };
  const begun = performance.now();
  const { id } = await client.post<DatasetObject>('/lathe/datasets', { body });
  for (;;) {
    const made = await client.get<DatasetObject>(`/lathe/datasets/${id}`);
    if (made.status === 'queued' || made.status === 'running') {
      await pause();
      continue;
    }
    console.log(`${model}: done after ${((performance.now() - begun) / 1000).toFixed(1)} s`);
    const { writer: told, unused = [] } = made.lineage ?? {};
    if (told != null)
      console.log(
        `${model}: ${told.written} pairs written in ${told.chunks} chunks, ${told.accepted} kept`,
      );
    for (const { reason, count } of unused) console.log(`  ${count} × ${reason}`);
    // Where nothing is kept there is no file, and the reasons stand in the error.
    if (made.error !== null) console.log(`${model}: ${made.error.message}`);
    if (made.file !== null) console.log(await (await client.files.content(made.file)).text());
    return;
  }
}

const folder = await mkdtemp(path.join(tmpdir(), 'lathe-data-'));
const apiKey = 'sk-data-doors-bench';
const config = readConfig({
  ...process.env,
  ...{ LATHE_DATA: folder, LATHE_PORT: '0', LATHE_API_KEY: apiKey, LATHE_LOG_LEVEL: 'warn' },
});
const platform = await startPlatform(config);
try {
  const client = new OpenAI({ apiKey, baseURL: `${platform.url}/v1` });
  if (values.writer === undefined) await secondJob(client);
  else await written(client, values.writer);
} finally {
  await platform.stop();
  await rm(folder, { recursive: true, force: true });
}
