/** The life of a model with every artifact in MinIO, across an absence of MinIO and a restart of the platform. */
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readConfig } from '@lathe/platform/config';
import { startMinio } from '@lathe/testkit/minio';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { Client } from 'minio';
import OpenAI, { toFile } from 'openai';
import { expect, it } from 'vitest';
import { startPlatform } from '../../scripts/platform.ts';

const rows = 24;
const bucket = 'lathe-flow';

it('trains through an absence of MinIO, serves, and serves again after a restart', async () => {
  await using minio = await startMinio();
  await using folder = await tempFolder();
  const config = readConfig({
    LATHE_PORT: '0',
    LATHE_LOG_LEVEL: 'silent',
    LATHE_DATA: folder.path,
    ...minio.environment(bucket),
    LATHE_ARTIFACTS: `s3://${bucket}/some/folder`,
    LATHE_S3_ATTEMPTS: '3',
    // An absence of the store is no loss of a worker.
    LATHE_MAX_WORKER_LOSSES: '0',
  });
  const question = [{ role: 'user' as const, content: 'Where is my parcel?' }];
  let model = '';
  let answer: string | null | undefined;
  {
    const platform = await startPlatform(config);
    try {
      const client = new OpenAI({
        baseURL: `${platform.url}/v1`,
        apiKey: platform.apiKey,
        maxRetries: 0,
      });
      const text = await readFile('examples/support-routing.jsonl', 'utf8');
      const some = text.split('\n').slice(0, rows).join('\n');
      const file = await toFile(Buffer.from(some), 'rows.jsonl');
      const { id } = await client.files.create({ file, purpose: 'fine-tune' });
      const created = await client.fineTuning.jobs.create({
        model: 'lathe-tiny',
        training_file: id,
        method: {
          type: 'supervised',
          supervised: { hyperparameters: { n_epochs: 4, batch_size: 8 } },
        },
        ...{ lathe: { evaluation_rows: 4, few_shot_examples: 0, forgetting_questions: 0 } },
      });
      const state = async () => (await client.fineTuning.jobs.retrieve(created.id)).status;
      await expect.poll(state, { interval: 10 }).toBe('running');
      await minio.kill();
      const refused = await client.files
        .create({ file: await toFile(Buffer.from(some), 'more.jsonl'), purpose: 'fine-tune' })
        .catch((error: unknown) => error as InstanceType<typeof OpenAI.APIError>);
      expect(refused).toMatchObject({
        status: 503,
        error: { message: 'The artifact store cannot be reached now.' },
      });
      expect(['queued', 'running']).toContain(await state());
      // Longer than a request is tried again.
      await new Promise((resolve) => setTimeout(resolve, 5000));
      await minio.restart();
      await expect.poll(state, { interval: 200 }).toBe('succeeded');
      const job = await client.fineTuning.jobs.retrieve(created.id);
      model = job.fine_tuned_model ?? '';
      const content = await client.files.content(job.result_files[0] ?? '');
      expect(await content.text()).toContain('step,');
      const chat = await client.chat.completions.create({
        model,
        messages: question,
        temperature: 0,
        max_tokens: 8,
      });
      answer = chat.choices[0]?.message.content;
    } finally {
      await platform.stop();
    }
  }
  const { hostname, port } = new URL(minio.endpoint);
  const { accessKey, secretKey } = minio;
  const s3 = new Client({
    endPoint: hostname,
    port: Number(port),
    useSSL: false,
    accessKey,
    secretKey,
  });
  const names = (await Array.fromAsync(s3.listObjectsV2(bucket, '', true))).map(
    (found) => (found as { name: string }).name,
  );
  expect(names.length).toBeGreaterThan(8);
  expect(names.every((name) => name.startsWith('some/folder/'))).toBe(true);
  expect(names.some((name) => name.endsWith('adapter_model.safetensors'))).toBe(true);
  expect((await readdir(folder.path)).sort()).toEqual([
    'api-key',
    'cache',
    'lock.db',
    'nats',
    'work',
  ]);
  // What the evaluator and the worker fetched is a copy: without it the model comes from MinIO again.
  await rm(join(folder.path, 'cache'), { recursive: true });
  await rm(join(folder.path, 'work'), { recursive: true });

  const platform = await startPlatform(config);
  try {
    const client = new OpenAI({ baseURL: `${platform.url}/v1`, apiKey: platform.apiKey });
    const again = await client.chat.completions.create({
      model,
      messages: question,
      temperature: 0,
      max_tokens: 8,
    });
    expect(again.choices[0]?.message.content).toBe(answer);
  } finally {
    await platform.stop();
  }
});
