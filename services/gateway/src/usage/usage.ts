import { LatheError } from '@lathe/contracts/error';
import { mostUsageDays, type UsageObject, type UsageQuery } from '@lathe/contracts/http/usage';
import type { UsageRecord } from '@lathe/contracts/record/usage';
import type { Records } from '@lathe/platform/records';
import type { JobBrief, JobBriefs } from '../jobs/job-briefs.ts';
import type { Listed } from '../record-lists.ts';
import { dayMs, dayOf } from './days.ts';
import type { ServedTokens } from './served-tokens.ts';

export type UsagePorts = Pick<Records, 'usage'> &
  Listed<'files'> & {
    readonly jobBriefs: JobBriefs;
    readonly served: ServedTokens;
    /** Milliseconds since 1970. */
    readonly now: () => number;
  };

type UsageDay = UsageObject['days'][number];

/** Days that are told when no start is asked for. */
const usualDays = 30;

/**
 * What a project used on the UTC days that the time touches. Throws `invalid_value` where it ends before it starts or
 * has more days than one answer takes.
 */
export async function usageOf(
  ports: UsagePorts,
  project: string,
  query: UsageQuery,
): Promise<UsageObject> {
  const days = daysOf(query, ports.now());
  const byDate = new Map(days.map((day) => [day.date, day]));
  // What this gateway counted a moment ago is in the answer.
  await ports.served.write();
  const [records, jobs, files] = await Promise.all([
    ports.usage.list(project),
    ports.jobBriefs.list(project),
    ports.lists.files.list(project),
  ]);
  for (const { value } of records) addServed(byDate.get(value.day), value);
  for (const job of jobs) addJob(byDate, job);
  for (const { models } of days) models.sort((a, b) => (a.model < b.model ? -1 : 1));
  return {
    object: 'lathe.usage',
    start_time: days[0]?.start_time ?? 0,
    end_time: days.at(-1)?.end_time ?? 0,
    bucket: query.bucket,
    stored_file_bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    days,
  };
}

function daysOf({ start_time: start, end_time: end }: UsageQuery, nowMs: number): UsageDay[] {
  const last = Math.floor((end === undefined ? nowMs : end * 1000 - 1) / dayMs);
  const first =
    start === undefined ? Math.max(0, last - usualDays + 1) : Math.floor((start * 1000) / dayMs);
  if (end !== undefined && end <= (start ?? 0))
    throw new LatheError('invalid_value', "'end_time' must be later than 'start_time'.", {
      param: 'end_time',
    });
  const count = last - first + 1;
  if (count < 1)
    throw new LatheError('invalid_value', "'start_time' must not be in the future.", {
      param: 'start_time',
    });
  if (count > mostUsageDays)
    throw new LatheError(
      'invalid_value',
      `'start_time' and 'end_time' span ${count} days; at most ${mostUsageDays} are told at a time.`,
      { param: 'start_time' },
    );
  return Array.from({ length: count }, (_, index) => emptyDay(first + index));
}

/** `day`: days since 1970. */
function emptyDay(day: number): UsageDay {
  return {
    date: dayOf(day * dayMs),
    start_time: (day * dayMs) / 1000,
    end_time: ((day + 1) * dayMs) / 1000,
    ...{ jobs_created: 0, jobs_succeeded: 0, jobs_failed: 0 },
    ...{ trained_tokens: 0, worker_seconds: 0, models: [] },
  };
}

function addServed(day: UsageDay | undefined, { models }: UsageRecord): void {
  for (const { model, requests, inputTokens, outputTokens } of models) {
    const known = day?.models.find((each) => each.model === model);
    if (known === undefined)
      day?.models.push({ model, requests, input_tokens: inputTokens, output_tokens: outputTokens });
    else {
      known.requests += requests;
      known.input_tokens += inputTokens;
      known.output_tokens += outputTokens;
    }
  }
}

function addJob(byDate: ReadonlyMap<string, UsageDay>, job: JobBrief): void {
  const created = byDate.get(dayOf(job.createdMs));
  if (created !== undefined) created.jobs_created++;
  if (job.finishedAt === null) return;
  const ended = byDate.get(dayOf(job.finishedAt * 1000));
  if (ended === undefined) return;
  if (job.state === 'succeeded') ended.jobs_succeeded++;
  if (job.state === 'failed') ended.jobs_failed++;
  ended.trained_tokens += job.trainedTokens ?? 0;
  if (job.startedAt !== null) ended.worker_seconds += Math.max(0, job.finishedAt - job.startedAt);
}

/** Erases, of all projects, counts of days longer ago than `usageKeepMs` (0: none). Returns how many records. */
export async function eraseOldUsage(
  { usage, now }: Pick<UsagePorts, 'usage' | 'now'>,
  { usageKeepMs }: { readonly usageKeepMs: number },
): Promise<number> {
  if (usageKeepMs === 0) return 0;
  const before = dayOf(now() - usageKeepMs);
  let erased = 0;
  for (const { key, value } of await usage.list('')) {
    if (value.day >= before) continue;
    await usage.delete(key);
    erased++;
  }
  return erased;
}
