import { type Estimate, estimateSchema } from '@lathe/contracts/http/estimate';
import type { Api } from '../api/api.ts';
import { jobsPath } from '../api/job.ts';
import { poll } from '../api/poll.ts';
import type { Call } from '../command/command.ts';
import { CommandError } from '../command/failure.ts';
import { bytes, count, duration, percent } from '../terminal/amounts.ts';
import { padText } from '../terminal/text-width.ts';

/** Says what a job would be. Throws CommandError where it would be refused. */
export async function tellEstimate(
  { out, err, isJson, json, signal }: Call,
  api: Api,
  body: object,
): Promise<void> {
  err.draw(['Reading the rows …']);
  const estimate = await poll(
    () => api.post(`${jobsPath}?dry_run=true`, estimateSchema, body),
    ({ status }) => status !== 'queued' && status !== 'running',
    signal,
  );
  err.clear();
  if (isJson) json(estimate);
  else
    for (const [name, value] of estimateFacts(estimate, 'seed' in body))
      out.line(`${out.paint.dim(padText(name, 16))} ${value}`);
  const [refusal] = estimate.refusals;
  if (refusal !== undefined) throw new CommandError('failed', refusal.message);
}

/** What is known, as pairs. */
function estimateFacts(estimate: Estimate, isSeedGiven: boolean): [string, string][] {
  const {
    task,
    seconds,
    memory_bytes: memory,
    detectable_gain: gain,
    learning_rate: rate,
  } = estimate;
  const number = (value: number | null): string | null => (value === null ? null : count(value));
  const facts: [string, string | null][] = [
    ['model', estimate.model],
    ['teaches', task?.type ?? null],
    ['training rows', number(estimate.training_rows)],
    ['held-out rows', number(estimate.held_out_rows)],
    ['shows a gain of', gain === null ? null : `${percent(gain)} or more, in 80 of 100 cases`],
    [
      'seed',
      isSeedGiven
        ? String(estimate.seed)
        : `${estimate.seed}; a job draws its own, unless --seed names it`,
    ],
    ['tokens', number(estimate.training_tokens)],
    ['epochs', number(estimate.epochs)],
    ['batch size', number(estimate.batch_size)],
    ['learning rate', rate === null ? null : String(rate)],
    ['steps', number(estimate.steps)],
    ['memory', memory === null ? null : bytes(memory)],
    ['disk', diskWords(estimate.disk_bytes)],
    ['time', timeWords(seconds)],
    ['waits', estimate.queue?.reason ?? null],
  ];
  return facts.filter((fact): fact is [string, string] => fact[1] !== null);
}

function diskWords(disk: Estimate['disk_bytes']): string | null {
  if (disk === null) return null;
  const { dataset, model, models, store, worker } = disk;
  if (store === null || model === null || models === null || worker === null)
    return `${bytes(dataset)} for the rows`;
  return `${bytes(store)} in the store at most, ${count(models)} × ${bytes(model)} of it for models; ${bytes(worker)} on the worker`;
}

function timeWords(seconds: Estimate['seconds']): string | null {
  if (seconds === null) return null;
  const { least, most, jobs } = seconds;
  return `${duration(least)} to ${duration(most)}, as ${count(jobs)} ${jobs === 1 ? 'job' : 'jobs'} alike took`;
}
