/** A short look at every read, upload and chat route: bounded, and done in about 15 seconds. */
import { check } from 'k6';
import { Counter } from 'k6/metrics';
import { createClient, type Job, setting } from './lib/client.ts';
import { rowsAsJsonl } from './lib/data.ts';
import { smokeThresholds } from './lib/thresholds.ts';
import { workload } from './lib/workload.ts';

const duration = '10s';
const uploads = new Counter('smoke_uploads');
const chats = new Counter('smoke_chats');
const project = 0;
const uploadedRows = 20;

export const options = {
  scenarios: {
    reads: {
      executor: 'constant-arrival-rate',
      exec: 'read',
      rate: 5,
      timeUnit: '1s',
      duration,
      preAllocatedVUs: 4,
      maxVUs: 8,
      gracefulStop: '5s',
    },
    uploads: {
      executor: 'constant-arrival-rate',
      exec: 'upload',
      rate: 2,
      timeUnit: '1s',
      duration,
      preAllocatedVUs: 2,
      maxVUs: 4,
      gracefulStop: '5s',
    },
    chats: {
      executor: 'per-vu-iterations',
      exec: 'chat',
      vus: 1,
      iterations: 2,
      maxDuration: '25s',
      gracefulStop: '0s',
    },
  },
  thresholds: smokeThresholds,
};

const client = createClient(setting('URL'), setting('API_KEYS').split(',')[project] ?? '');

export function read(): void {
  const health = client.get('health', '/healthz') as { readonly status: string };
  const models = client.list('models', '/v1/models');
  const jobs = client.list<Job>('jobs', '/v1/fine_tuning/jobs');
  check(
    { health, models, jobs },
    {
      'the gateway is well': ({ health: { status } }) => status === 'ok',
      'the built-in model is listed': ({ models: all }) =>
        all.some(({ id }) => id === workload.model),
      'jobs are a list': ({ jobs: all }) => Array.isArray(all),
    },
  );
}

export function upload(): void {
  const text = rowsAsJsonl(project, 0, uploadedRows);
  const id = client.upload('smoke.jsonl', text);
  const files = client.list('files', '/v1/files');
  check(files, { 'the file is listed': (all) => all.some((file) => file.id === id) });
  check(client.content(id), { 'the file comes back whole': (content) => content === text });
  client.delete('delete', `/v1/files/${id}`);
  uploads.add(1);
}

export function chat(): void {
  const answer = client.post('chat', '/v1/chat/completions', {
    model: workload.model,
    messages: [{ role: 'user', content: 'When will my order arrive?' }],
    max_tokens: 8,
    temperature: 0,
  }) as { readonly usage: { readonly completion_tokens: number } };
  check(answer, { 'the model answers': ({ usage }) => usage.completion_tokens > 0 });
  chats.add(1);
}

export function handleSummary(data: unknown): Record<string, string> {
  return { [setting('SUMMARY')]: `${JSON.stringify(data, null, 2)}\n` };
}
