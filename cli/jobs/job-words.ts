import type { JobObject } from '@lathe/contracts/http/fine-tuning';
import type { JobState } from '@lathe/contracts/job/state';
import { count, duration, moment } from '../terminal/amounts.ts';
import type { Paint } from '../terminal/paint.ts';

const colours: Readonly<Record<JobState, keyof Paint>> = {
  validating_files: 'cyan',
  queued: 'cyan',
  running: 'cyan',
  paused: 'yellow',
  succeeded: 'green',
  failed: 'red',
  cancelled: 'yellow',
};

const stoppingWords = { pause: 'pausing', cancel: 'cancelling' } as const;

/** A job's state, with how far it is. */
export function stateWords(
  { status, lathe: { step, total_steps: total, stopping } }: JobObject,
  paint: Paint,
): string {
  const words = stopping === null ? status.replace('_', ' ') : stoppingWords[stopping];
  const isUnderWay = status === 'running' || status === 'paused';
  const far = isUnderWay && step !== null && total ? ` ${Math.floor((100 * step) / total)} %` : '';
  return paint[colours[status]](`${words}${far}`);
}

/** What came of it in short: the verdict's outcome, or why there is none. */
export function outcomeWords({ error, lathe: { evaluation } }: JobObject): string {
  if (error !== null) return error.message;
  const outcome = (evaluation as { outcome?: unknown } | null)?.outcome;
  return typeof outcome === 'string' ? outcome : '';
}

/** All that a person asks about a job, as pairs. */
export function jobFacts(job: JobObject, paint: Paint): [string, string][] {
  const { method, lathe } = job;
  const verdict = (lathe.evaluation as { verdict?: unknown } | null)?.verdict;
  const took = job.finished_at === null ? null : job.finished_at - job.created_at;
  const facts: [string, string | null][] = [
    ['job', job.id],
    ['state', stateWords(job, paint)],
    ['why', job.error?.message ?? null],
    ['waits for', lathe.queue?.reason ?? null],
    ['model', job.model],
    ['tuned model', job.fine_tuned_model],
    ['method', method.type],
    ['teaches', lathe.task?.type ?? null],
    ['training file', job.training_file],
    ['held-out file', job.validation_file],
    [
      'steps',
      lathe.total_steps === null
        ? null
        : `${count(lathe.step ?? 0)} of ${count(lathe.total_steps)}`,
    ],
    ['tokens', job.trained_tokens === null ? null : count(job.trained_tokens)],
    ['created', moment(job.created_at)],
    ['ready about', job.estimated_finish === null ? null : moment(job.estimated_finish)],
    ['took', took === null ? null : duration(took)],
    ['verdict', typeof verdict === 'string' && verdict !== '' ? verdict : null],
  ];
  return facts.filter((fact): fact is [string, string] => fact[1] !== null);
}
