/**
 * Many small LoRA jobs of several projects at once: each virtual user is a project that uploads its
 * file, submits all its jobs, waits until every one is over, and audits what came of them.
 */
import { check, fail, sleep } from 'k6';
import { vu } from 'k6/execution';
import { Counter, Rate, Trend } from 'k6/metrics';
import { audit } from './lib/audit.ts';
import { type Client, createClient, type Event, type Job, setting } from './lib/client.ts';
import { rowsAsJsonl } from './lib/data.ts';
import { throughputThresholds } from './lib/thresholds.ts';
import { jobsOfProject, seedOf, submissionName, workload } from './lib/workload.ts';

const volume = { jobs: Number(setting('JOBS')), projects: Number(setting('PROJECTS')) };
const pollSeconds = Number(setting('POLL_SECONDS'));
const maxMinutes = Number(setting('MAX_MINUTES'));
/** Left for the audit when time is up. */
const auditMinutes = 2;
const keys = setting('API_KEYS').split(',');
const terminal = ['succeeded', 'failed', 'cancelled'];
/** How the platform words the event that ends a job well. */
const successMessage = 'The job has successfully completed.';

/** Seen by polling, so up to `pollSeconds` later than it was; the events have the exact times. */
const firstStepSeen = new Trend('job_first_step_seen', true);
const successSeen = new Trend('job_success_seen', true);
const succeeded = new Rate('job_succeeded');
const audited = new Counter('audited_jobs');
const lost = new Counter('lost_jobs');
const duplicated = new Counter('duplicate_jobs');

export const options = {
  scenarios: {
    projects: {
      executor: 'per-vu-iterations',
      vus: volume.projects,
      iterations: 1,
      maxDuration: `${maxMinutes + auditMinutes}m`,
      gracefulStop: '0s',
    },
  },
  thresholds: throughputThresholds(volume.jobs),
};

type Submission = { readonly name: string; readonly jobId: string; readonly submittedMs: number };

export default function project(): void {
  const number = vu.idInTest - 1;
  const key = keys[number] ?? fail(`project ${number} has no key`);
  const client = createClient(setting('URL'), key);
  const training = client.upload(
    `project-${number}.jsonl`,
    rowsAsJsonl(number, 0, workload.trainingRows),
  );
  const validation = client.upload(
    `project-${number}-validation.jsonl`,
    rowsAsJsonl(number, workload.trainingRows, workload.validationRows),
  );
  const submissions: Submission[] = [];
  for (let index = 0; index < jobsOfProject(volume, number); index++)
    submissions.push(submit(client, { number, index, training, validation }));
  waitForAll(client, submissions);
  auditProject(client, submissions);
}

function submit(
  client: Client,
  job: {
    readonly number: number;
    readonly index: number;
    readonly training: string;
    readonly validation: string;
  },
): Submission {
  const name = submissionName(job.number, job.index);
  const submittedMs = Date.now();
  const { id } = client.post(
    'create',
    '/v1/fine_tuning/jobs',
    {
      model: workload.model,
      training_file: job.training,
      validation_file: job.validation,
      seed: seedOf(job.number, job.index),
      suffix: name,
      metadata: { submission: name },
      method: {
        type: 'supervised',
        supervised: {
          hyperparameters: { n_epochs: workload.epochs, batch_size: workload.batchSize },
        },
      },
      lathe: {
        adaptation: { type: 'lora', rank: workload.rank, alpha: workload.alpha, dropout: 0 },
        learning_rate: workload.learningRate,
        checkpoint_every: workload.checkpointEvery,
        few_shot_examples: workload.fewShotExamples,
      },
    },
    { 'Idempotency-Key': name },
  ) as { readonly id: string };
  // The command reads these lines and joins them with the events of the jobs.
  console.log(JSON.stringify({ submission: name, jobId: id, submittedMs }));
  return { name, jobId: id, submittedMs };
}

/** Polls the project's jobs until none is left, or until time is up: then the rest counts as lost. */
function waitForAll(client: Client, submissions: readonly Submission[]): void {
  const deadline = Date.now() + 60_000 * maxMinutes;
  const waiting = new Map(submissions.map((submission) => [submission.jobId, submission]));
  const stepped = new Set<string>();
  while (waiting.size > 0 && Date.now() < deadline) {
    sleep(pollSeconds);
    const now = Date.now();
    for (const job of client.list<Job>('poll', '/v1/fine_tuning/jobs')) {
      const submission = waiting.get(job.id);
      if (submission === undefined) continue;
      if ((job.lathe.step ?? 0) > 0 && !stepped.has(job.id)) {
        stepped.add(job.id);
        firstStepSeen.add(now - submission.submittedMs);
      }
      if (!terminal.includes(job.status)) continue;
      waiting.delete(job.id);
      succeeded.add(job.status === 'succeeded');
      if (job.status === 'succeeded') successSeen.add(now - submission.submittedMs);
    }
  }
}

function auditProject(client: Client, submissions: readonly Submission[]): void {
  const jobs = client.list<Job>('audit', '/v1/fine_tuning/jobs').map((job) => ({
    id: job.id,
    submission: job.metadata?.submission ?? null,
    status: job.status,
    model: job.fine_tuned_model,
    successes: client
      .list<Event>('events', `/v1/fine_tuning/jobs/${job.id}/events`)
      .filter(({ message }) => message === successMessage).length,
  }));
  const models = client.list('models', '/v1/models').map(({ id }) => id);
  const findings = audit({ submissions, jobs, models });
  for (const finding of [...findings.lost, ...findings.duplicated]) console.error(finding);
  audited.add(submissions.length);
  lost.add(findings.lost.length);
  duplicated.add(findings.duplicated.length);
  check(findings, { 'every submission led to one result': (all) => all.lost.length === 0 });
}

export function handleSummary(data: unknown): Record<string, string> {
  return { [setting('SUMMARY')]: `${JSON.stringify(data, null, 2)}\n` };
}
