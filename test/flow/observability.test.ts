/** What an operator sees of one job and one chat: their ids in every service's log, and the metrics they move. */
import { createServer, type Server } from 'node:net';
import { fileURLToPath } from 'node:url';
import { metrics as declared, type MetricDeclaration } from '@lathe/contracts/metric';
import { freePort } from '@lathe/testkit/free-port';
import { startProgram } from '@lathe/testkit/program';
import { tempFolder } from '@lathe/testkit/temp-folder';
import OpenAI, { toFile } from 'openai';
import { expect, it } from 'vitest';
import { supportLines } from './platform.fixture.ts';

const apiKey = 'sk-lathe-observed';
const start = fileURLToPath(new URL('../../scripts/start.ts', import.meta.url));

/** The first of so many free ports in a row. */
async function freeRow(count: number): Promise<number> {
  for (;;) {
    const first = await freePort();
    const open: Server[] = [];
    const tries = Array.from({ length: count }, (_, index) => {
      const server = createServer();
      open.push(server);
      return new Promise<boolean>((resolve) => {
        server.once('error', () => resolve(false));
        server.listen(first + index, '127.0.0.1', () => resolve(true));
      });
    });
    const free = (await Promise.all(tries)).every(Boolean);
    await Promise.all(open.map((server) => new Promise((resolve) => server.close(resolve))));
    if (free) return first;
  }
}

type Sample = {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
};

/** Reads Prometheus' text format strictly: a line that is none of it fails the test. */
async function scrape(port: number): Promise<Sample[]> {
  const answer = await fetch(`http://127.0.0.1:${port}/metrics`);
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  const lines = (await answer.text()).split('\n').filter((line) => line !== '');
  return lines.flatMap((line) => {
    if (/^# (HELP|TYPE) [a-zA-Z_:][\w:]* .+$/.test(line)) return [];
    const match = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/.exec(line);
    expect(match, line).not.toBeNull();
    const [, name = '', labels = '', value = ''] = match ?? [];
    const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(
      ([, key = '', text = '']) => [key, text],
    );
    return [{ name, labels: Object.fromEntries(pairs), value: Number(value) }];
  });
}

const sum = (samples: readonly Sample[], name: string, labels: Record<string, string> = {}) =>
  samples
    .filter((sample) => sample.name === name)
    .filter((sample) => Object.entries(labels).every(([key, text]) => sample.labels[key] === text))
    .reduce((total, { value }) => total + value, 0);

it('one job and one chat are followed through every service', async () => {
  await using folder = await tempFolder();
  const port = await freePort();
  const first = await freeRow(4);
  const [trainer, ingest, evaluator, worker] = [first, first + 1, first + 2, first + 3];
  const program = startProgram(start, {
    HOME: folder.path,
    LATHE_DATA: folder.path,
    LATHE_PORT: String(port),
    LATHE_HEALTH_PORT: String(first),
    LATHE_API_KEY: apiKey,
    LATHE_LOG_FORMAT: 'json',
    LATHE_LOG_LEVEL: 'debug',
  });
  await program.said('Ctrl-C stops it');
  const client = new OpenAI({ baseURL: `http://127.0.0.1:${port}/v1`, apiKey, maxRetries: 0 });
  const file = await client.files.create({
    file: await toFile(Buffer.from((await supportLines(48)).join('\n')), 'rows.jsonl'),
    purpose: 'fine-tune',
  });
  const created = await client.fineTuning.jobs
    .create({ model: 'lathe-tiny', training_file: file.id, hyperparameters: { n_epochs: 1 } })
    .withResponse();
  const { id } = created.data;
  await expect
    .poll(async () => (await client.fineTuning.jobs.retrieve(id)).status, { interval: 200 })
    .toBe('succeeded');
  const chat = await client.chat.completions
    .create({ model: 'lathe-tiny', messages: [{ role: 'user', content: 'Hi' }], max_tokens: 4 })
    .withResponse();

  const all = {
    gateway: await scrape(port),
    trainer: await scrape(trainer),
    ingest: await scrape(ingest),
    evaluator: await scrape(evaluator),
    worker: await scrape(worker),
  };
  for (const [service, samples] of Object.entries(all)) {
    for (const { labels } of samples) expect(labels.service).toBe(service);
    expect(sum(samples, 'lathe_nats_request_seconds_count'), service).toBeGreaterThan(0);
    expect(sum(samples, 'process_resident_memory_bytes'), service).toBeGreaterThan(0);
    const known = Object.entries<MetricDeclaration>(declared).flatMap(([name, { type }]) =>
      type === 'histogram' ? ['bucket', 'sum', 'count'].map((part) => `${name}_${part}`) : [name],
    );
    const own = samples.map(({ name }) => name).filter((name) => name.startsWith('lathe_'));
    expect(own.filter((name) => !known.includes(name))).toEqual([]);
  }
  const jobsRoute = { method: 'POST', route: '/v1/fine_tuning/jobs', status: '200' };
  expect(sum(all.gateway, 'lathe_http_requests_total', jobsRoute)).toBe(1);
  expect(sum(all.gateway, 'lathe_artifact_bytes_total', { operation: 'put' })).toBeGreaterThan(0);
  expect(sum(all.trainer, 'lathe_jobs', { state: 'succeeded' })).toBe(1);
  expect(sum(all.trainer, 'lathe_workers')).toBe(1);
  expect(sum(all.trainer, 'lathe_queue_messages', { stage: 'train' })).toBe(0);
  expect(sum(all.ingest, 'lathe_artifact_seconds_count', { operation: 'put' })).toBeGreaterThan(0);
  expect(sum(all.evaluator, 'lathe_evaluation_seconds_count', { outcome: 'done' })).toBe(1);
  const answered = { kind: 'chat', outcome: 'done' };
  expect(sum(all.evaluator, 'lathe_inference_requests_total', answered)).toBe(1);
  expect(sum(all.worker, 'lathe_training_step_seconds_count')).toBeGreaterThan(0);
  expect(sum(all.worker, 'lathe_training_tokens_total')).toBeGreaterThan(0);
  expect(sum(all.worker, 'lathe_training_runs')).toBe(0);

  program.signal('SIGTERM');
  expect(await program.ended).toBe(0);
  const lines = program
    .output()
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Record<string, string>);
  const about = (requestId: string | null | undefined) =>
    new Set(lines.filter((line) => line.requestId === requestId).map(({ service }) => service));
  expect([...about(created.request_id)].toSorted()).toEqual([
    'evaluator',
    'gateway',
    'ingest',
    'trainer',
    'worker',
  ]);
  for (const line of lines.filter(({ requestId }) => requestId === created.request_id))
    expect(line.jobId, JSON.stringify(line)).toBe(id);
  expect([...about(chat.request_id)].toSorted()).toEqual(['evaluator', 'gateway']);
});
