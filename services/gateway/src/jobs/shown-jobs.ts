import type { JobObject } from '@lathe/contracts/http/fine-tuning';
import type { QueuePlace } from '@lathe/contracts/http/queue';
import type { JobRecord } from '@lathe/contracts/job/record';
import { livingWorkers, type WorkerPorts } from '../workers.ts';
import { briefOf, type JobBriefs } from './job-briefs.ts';
import { jobObject } from './job-object.ts';
import { type Moment, queuePlaces } from './waiting-line.ts';

export type ShownPorts = WorkerPorts & { readonly jobBriefs: JobBriefs };

/** States in which a job may wait for something. */
const waitingStates: ReadonlySet<string> = new Set(['validating_files', 'queued', 'paused']);

/** Jobs as the API shows them, with their places in the queue; workers and other jobs are looked at only where one waits. */
export async function shownJobs(
  ports: ShownPorts,
  records: readonly JobRecord[],
): Promise<JobObject[]> {
  if (!records.some(({ state }) => waitingStates.has(state)))
    return records.map((record) => jobObject(record));
  const places = queuePlaces(await momentOf(ports));
  return records.map((record) =>
    jobObject(record, waitingStates.has(record.state) ? places.get(record.id) : undefined),
  );
}

/** The pool as it is now. */
export async function momentOf(ports: ShownPorts): Promise<Moment> {
  const [jobs, workers] = await Promise.all([ports.jobBriefs.list(''), livingWorkers(ports)]);
  return { jobs, workers, nowMs: ports.now() };
}

/** Where a job would stand that there is not yet, were it queued for its training now. */
export async function placeIfQueued(
  ports: ShownPorts,
  record: JobRecord,
): Promise<QueuePlace | null> {
  const moment = await momentOf(ports);
  const asked = briefOf({ ...record, state: 'queued', stage: 'train' });
  return queuePlaces({ ...moment, jobs: [...moment.jobs, asked] }).get(record.id) ?? null;
}

/** One job as the API shows it. */
export async function shownJob(ports: ShownPorts, record: JobRecord): Promise<JobObject> {
  const [shown = jobObject(record)] = await shownJobs(ports, [record]);
  return shown;
}
