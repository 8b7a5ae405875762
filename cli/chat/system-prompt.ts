import { jobObjectSchema } from '@lathe/contracts/http/fine-tuning';
import { type Api, take } from '../api/api.ts';
import { jobsPath } from '../api/job.ts';
import { findReport } from '../report/find-report.ts';

/** How many jobs are looked through for the one that made a model. */
const mostJobs = 100;

/**
 * The system prompt that the rows of a tuned model have in common, as far as the samples of its report show, since a model
 * answers as it was taught when it is asked as it was taught. Undefined where there is none, or no such job.
 */
export async function taughtSystemPrompt(api: Api, model: string): Promise<string | undefined> {
  if (!model.startsWith('ft:')) return undefined;
  const jobs = await take(api.list(jobsPath, jobObjectSchema, { limit: mostJobs }), mostJobs);
  const job = jobs.find(({ fine_tuned_model: made }) => made !== null && isOf(model, made));
  const report = job === undefined ? null : await findReport(api, job.id);
  const [first, ...others] = (report?.samples ?? []).map(({ system }) => system);
  return others.every((system) => system === first) ? first : undefined;
}

/** Whether it is that model or one of its checkpoints. */
function isOf(model: string, made: string): boolean {
  return model === made || model.startsWith(`${made}:ckpt-step-`);
}
