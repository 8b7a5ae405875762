import type { JobObject } from '@lathe/contracts/http/fine-tuning';
import type { Api } from '../api/api.ts';
import type { Call } from '../command/command.ts';
import { CommandError } from '../command/failure.ts';
import { findReport } from '../report/find-report.ts';
import { verdictLines } from '../report/verdict.ts';

/** Tells how a job ended that was waited for: its verdict and what comes next. Throws CommandError where it did not succeed. */
export async function tellEnd(
  { out, isJson, json }: Call,
  api: Api,
  job: JobObject,
): Promise<void> {
  if (isJson) json(job);
  if (job.status !== 'succeeded')
    throw new CommandError(
      'ended',
      job.status === 'failed'
        ? `The job ${job.id} failed: ${job.error?.message ?? 'nobody says why'}`
        : `The job ${job.id} was cancelled.`,
    );
  if (isJson) return;
  const report = await findReport(api, job.id);
  if (report !== null) {
    out.line();
    for (const line of verdictLines(report, out)) out.line(line);
  }
  out.line();
  out.line(`${out.paint.dim('tuned model')}  ${out.paint.bold(job.fine_tuned_model ?? 'none')}`);
  out.line(`${out.paint.dim('next')}         ${nextStep(job)}`);
}

/** The command that asks such a model. */
function nextStep({ fine_tuned_model: model, lathe: { task } }: JobObject): string {
  const asked = task?.type ?? 'generation';
  if (asked === 'classification') return `lathe classify --model ${model} "a text"`;
  if (asked === 'embedding') return `lathe embed --model ${model} "a text"`;
  return asked === 'generation' || asked === 'preference'
    ? `lathe chat --model ${model}`
    : `lathe models show ${model}`;
}
