import type { JobObject } from '@lathe/contracts/http/fine-tuning';

import { fileNameOf } from './known-files.ts';

/** What the API tells of a job's evaluation in a line. */
type Headline = { readonly verdict?: string; readonly outcome?: string };

/** Whether nothing can happen to a job any more. */
export function isOver({ status }: Pick<JobObject, 'status'>): boolean {
  return status === 'succeeded' || status === 'failed' || status === 'cancelled';
}

/** What a job is doing, in a word or two, and how that is coloured. */
export function stateOf(job: JobObject): { word: string; tone: 'run' | 'good' | 'bad' | 'wait' } {
  const { step, total_steps: total, stopping } = job.lathe;
  if (stopping !== null)
    return { word: stopping === 'pause' ? 'pausing' : 'cancelling', tone: 'wait' };
  switch (job.status) {
    case 'validating_files':
      return { word: 'reading files', tone: 'run' };
    case 'queued':
      return { word: 'waiting', tone: 'wait' };
    case 'running':
      return { word: total !== null && step === total ? 'judging' : 'training', tone: 'run' };
    case 'paused':
      return { word: 'paused', tone: 'wait' };
    case 'succeeded':
      return { word: 'done', tone: 'good' };
    case 'failed':
      return { word: 'failed', tone: 'bad' };
    case 'cancelled':
      return { word: 'cancelled', tone: 'wait' };
  }
}

/** Share of the training that is done, from 0 to 1; undefined before it begins. */
export function shareDone({
  status,
  lathe: { step, total_steps: total },
}: JobObject): number | undefined {
  if (status === 'succeeded') return 1;
  return step === null || total === null || total === 0 ? undefined : Math.min(1, step / total);
}

/** The verdict of its evaluation, where there is one. */
export function headlineOf(job: JobObject): Headline | null {
  const { evaluation } = job.lathe;
  return typeof evaluation === 'object' && evaluation !== null ? evaluation : null;
}

/** A job by what people know it by: its name, the suffix of its model's name, or what on which rows it is. */
export function nameOf(job: JobObject, fileName = fileNameOf(job.training_file)): string {
  const asked = job.metadata?.name ?? job.lathe.suffix;
  if (asked) return asked;
  const rows = fileName === '' ? '' : ` on ${fileName}`;
  return `${job.model}${rows} · ${job.id.slice(-6)}`;
}

/** What it teaches, in words. */
export function taskText(job: JobObject): string {
  const method = job.method.type === 'supervised' ? '' : ` · ${job.method.type}`;
  return `${job.lathe.task?.type ?? 'to be found'}${method}`;
}
