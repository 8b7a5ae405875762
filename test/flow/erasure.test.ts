/** Erasure, seen from the disk: which files of the whole platform hold a sentence, before and after. */
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { loadTokenizer } from '@lathe/tokenizer/tokenizer';
import { toFile } from 'openai';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openPlatform, supportLines, type TestPlatform } from './platform.fixture.ts';

const sentence = 'The heron behind the boathouse knows my account number';
const chat = (user: string, answer: string): string =>
  JSON.stringify({
    messages: [
      { role: 'user', content: user },
      { role: 'assistant', content: answer },
    ],
  });

let platform: TestPlatform;
/** What a file of the platform must hold to count: the sentence as text, or as tokens of a shard. */
let marks: readonly Buffer[];

beforeAll(async () => {
  platform = await openPlatform();
  const { encode } = await loadTokenizer('models/lathe-tiny');
  // The first and last token may differ with what stands beside them.
  const tokens = Int32Array.from(encode(sentence).slice(1, -1));
  marks = [Buffer.from(sentence), Buffer.from(tokens.buffer)];
});
afterAll(() => platform[Symbol.asyncDispose]());

/** Every file under the data folder that holds the sentence, by its path there. */
async function holders(): Promise<string[]> {
  const entries = await readdir(platform.folder, { recursive: true, withFileTypes: true });
  const found: string[] = [];
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const bytes = await readFile(path).catch(() => Buffer.alloc(0));
    if (marks.some((mark) => bytes.includes(mark))) found.push(relative(platform.folder, path));
  }
  return found;
}

async function finished(training: string): Promise<{ id: string; model: string | null }> {
  const { fineTuning } = platform.client;
  const job = await fineTuning.jobs.create({
    model: 'lathe-tiny',
    training_file: training,
    seed: 1,
    method: { type: 'supervised', supervised: { hyperparameters: { n_epochs: 1 } } },
    ...{ lathe: { evaluation_rows: 8, few_shot_examples: 0, held_out_share: 0.3 } },
  });
  for (;;) {
    const { status, error, fine_tuned_model: model } = await fineTuning.jobs.retrieve(job.id);
    if (status === 'succeeded') return { id: job.id, model };
    if (status === 'failed') throw new Error(error?.message);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** The file that data work makes. */
async function made(body: object): Promise<string> {
  const { client } = platform;
  const { id } = await client.post<{ id: string }>('/lathe/datasets', { body });
  for (;;) {
    type Told = { status: string; file: string | null; error: { message: string } | null };
    const { status, file, error } = await client.get<Told>(`/lathe/datasets/${id}`);
    if (file !== null) return file;
    if (status !== 'queued' && status !== 'running') throw new Error(error?.message);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function request(method: string, path: string): Promise<Response> {
  const headers = { authorization: `Bearer ${platform.apiKey}` };
  return fetch(`${platform.url}/v1${path}`, { method, headers });
}

test('after a file is deleted with its jobs, no file of the platform holds its sentence', async () => {
  const rows = await supportLines(30);
  // In rows that are trained on and scored, in the answer of one, and in one that a finding is about.
  const planted = [
    ...['account', 'billing', 'shipping'].map((label, i) => chat(`${sentence} (${i}).`, label)),
    chat('Who knows my account number?', `${sentence}.`),
    chat('Is it mine?', 'other').replace('{', `{${JSON.stringify(sentence)}:1,`),
  ];
  const file = await platform.upload([...rows, ...planted]);
  // Files that are made of it step by step hold it too, and so do those of a page that says it.
  const page = await toFile(Buffer.from(`# Who knows my number?\n\n${sentence}.\n`), 'faq.md');
  const { id: faq } = await platform.client.files.create({ file: page, purpose: 'fine-tune' });
  const pairs = await made({ convert: { source: 'faq', files: [faq] } });
  const mixed = await made({ mix: { files: [{ file }, { file: pairs }] } });
  const split = await made({ split: { file: mixed, share: 0.4, by: 'row' } });
  const repaired = await made({ repair: { file: split, model: 'lathe-tiny' } });
  const descendants = [mixed, split, `${split}B`, repaired];
  const { id, model } = await finished(mixed);
  // The evaluator brings a copy of the model, and an answer about the sentence.
  await platform.client.chat.completions.create({
    model: model as string,
    messages: [{ role: 'user', content: sentence }],
    max_tokens: 4,
  });
  // Somebody looked at the file, and its report shows rows of it.
  const seen = await request('POST', `/lathe/files/${split}/inspect`);
  const { id: inspection } = (await seen.json()) as { id: string };
  await expect
    .poll(async () => (await request('GET', `/lathe/inspections/${inspection}/report.html`)).status)
    .toBe(200);
  const before = await holders();
  expect(before).toEqual(expect.arrayContaining([expect.stringContaining('data-work/')]));
  for (const each of [file, faq, pairs, ...descendants])
    expect(before).toEqual(expect.arrayContaining([expect.stringContaining(`files/${each}`)]));
  expect(before).toEqual(expect.arrayContaining([expect.stringContaining('dataset/')]));

  const answer = await request('DELETE', `/files/${file}?cascade=true`);
  expect(await answer.json()).toMatchObject({
    id: file,
    object: 'file',
    deleted: true,
    lathe: {
      ...{ jobs: [], files: [], models: [], erased_files: expect.arrayContaining(descendants) },
      erased_jobs: [
        {
          id,
          deleted: true,
          erased: { models: expect.arrayContaining([model]) },
          still: { files: [mixed], jobs: [] },
        },
      ],
    },
  });
  // The page says it still, and what was made of that alone.
  expect((await holders()).filter((path) => !path.includes(`files/${faq}`))).toEqual(
    expect.arrayContaining([expect.stringContaining(`files/${pairs}`)]),
  );
  const last = await request('DELETE', `/files/${faq}?cascade=true`);
  expect(await last.json()).toMatchObject({ lathe: { erased_files: [pairs, `${pairs}E`] } });
  expect(await holders()).toEqual([]);
  const artifacts = await readdir(join(platform.folder, 'artifacts'), { recursive: true });
  expect(artifacts.filter((path) => path.includes(id))).toEqual([]);
  // The evaluator hears of the deletion at its own pace.
  const copies = join(platform.folder, 'cache', 'models');
  await expect.poll(() => readdir(copies)).toEqual([]);
  for (const path of [
    ...[`/fine_tuning/jobs/${id}`, `/files/${file}`, `/models/${model}`],
    `/lathe/inspections/${inspection}`,
    ...descendants.map((each) => `/files/${each}`),
  ])
    expect((await request('GET', path)).status, path).toBe(404);
});
