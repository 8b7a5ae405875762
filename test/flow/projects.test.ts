/** Two projects on one platform: each has its jobs and models to itself, and they share the workers. */
import { readFile } from 'node:fs/promises';
import { readConfig } from '@lathe/platform/config';
import { tempFolder } from '@lathe/testkit/temp-folder';
import OpenAI, { toFile } from 'openai';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Platform, startPlatform } from '../../scripts/platform.ts';

const keys = { red: 'sk-red-0123456789', blue: 'sk-blue-0123456789' };

type Pool = { data: { id: string; slots: number; jobs: string[]; other_jobs: number }[] };

let folder: Awaited<ReturnType<typeof tempFolder>>;
let platform: Platform;
let red: OpenAI;
let blue: OpenAI;
let admin: OpenAI;

beforeAll(async () => {
  folder = await tempFolder();
  const config = readConfig({
    LATHE_PORT: '0',
    LATHE_LOG_LEVEL: 'error',
    LATHE_DATA: folder.path,
    LATHE_API_KEYS: `${keys.red}=red,${keys.blue}=blue`,
    LATHE_HEARTBEAT: '200ms',
  });
  platform = await startPlatform(config);
  const clientOf = (apiKey: string) =>
    new OpenAI({ baseURL: `${platform.url}/v1`, apiKey, maxRetries: 0 });
  [red, blue, admin] = [clientOf(keys.red), clientOf(keys.blue), clientOf(platform.apiKey)];
});
afterAll(async () => {
  await platform.stop();
  await folder[Symbol.asyncDispose]();
});

/** Starts a job of project red on the first rows of the example. */
async function startJob(epochs: number) {
  const lines = (await readFile('examples/support-routing.jsonl', 'utf8')).split('\n').slice(0, 32);
  const file = await red.files.create({
    file: await toFile(Buffer.from(lines.join('\n')), 'rows.jsonl'),
    purpose: 'fine-tune',
  });
  const { id } = await red.fineTuning.jobs.create({
    model: 'lathe-tiny',
    training_file: file.id,
    hyperparameters: { n_epochs: epochs, batch_size: 4 },
  });
  return { id, file: file.id };
}

it('the pool names a running job to its own project and counts it for others', async () => {
  const { id } = await startJob(50);
  const pool = (client: OpenAI) => client.get<Pool>('/lathe/workers');
  await expect
    .poll(async () => (await pool(red)).data.flatMap(({ jobs }) => jobs), { interval: 50 })
    .toEqual([id]);
  const { data } = await pool(blue);
  expect(data.map(({ jobs, other_jobs }) => [jobs, other_jobs])).toEqual([[[], 1]]);
  await red.fineTuning.jobs.cancel(id);
});

it('a project’s job, file and model are nobody else’s', async () => {
  const { id, file } = await startJob(1);
  const job = () => red.fineTuning.jobs.retrieve(id);
  await expect.poll(async () => (await job()).status, { interval: 100 }).toBe('succeeded');
  const model = (await job()).fine_tuned_model ?? expect.fail('no model');
  expect(model).toMatch(/^ft:lathe-tiny:red::/);
  const ask = {
    model,
    messages: [{ role: 'user' as const, content: 'Where is my parcel?' }],
    max_tokens: 4,
  };
  expect((await red.chat.completions.create(ask)).usage?.completion_tokens).toBeGreaterThan(0);
  expect((await red.embeddings.create({ model, input: 'parcel' })).data).toHaveLength(1);

  for (const stranger of [blue, admin]) {
    const missing = { status: 404 };
    await expect(stranger.chat.completions.create(ask)).rejects.toMatchObject(missing);
    await expect(stranger.embeddings.create({ model, input: 'a' })).rejects.toMatchObject(missing);
    await expect(stranger.models.delete(model)).rejects.toMatchObject(missing);
    await expect(stranger.files.content(file)).rejects.toMatchObject(missing);
    await expect(stranger.fineTuning.jobs.cancel(id)).rejects.toMatchObject(missing);
    await expect(stranger.fineTuning.jobs.listEvents(id)).rejects.toMatchObject(missing);
    expect((await stranger.fineTuning.jobs.list()).data).toEqual([]);
    expect((await stranger.files.list()).data).toEqual([]);
    expect((await stranger.models.list()).data.map((one) => one.id)).toEqual([
      'lathe-tiny',
      'lathe-tiny-encoder',
    ]);
  }
  expect((await red.models.list()).data.map((one) => one.id)).toContain(model);
  expect((await red.models.delete(model)).deleted).toBe(true);
});
