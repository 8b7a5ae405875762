import type { JobObject } from '@lathe/contracts/http/fine-tuning';
import type { JobRecord } from '@lathe/contracts/job/record';
import { livingWorkers, type WorkerPorts } from '../workers.ts';
import type { JobBriefs } from './job-briefs.ts';
import { jobObject } from './job-object.ts';
import { queuePlaces } from './waiting-line.ts';

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
  const [jobs, workers] = await Promise.all([ports.jobBriefs.list(''), livingWorkers(ports)]);
  const places = queuePlaces({ jobs, workers, nowMs: ports.now() });
  return records.map((record) =>
    jobObject(record, waitingStates.has(record.state) ? places.get(record.id) : undefined),
  );
}

/** One job as the API shows it. */
export async function shownJob(ports: ShownPorts, record: JobRecord): Promise<JobObject> {
  const [shown = jobObject(record)] = await shownJobs(ports, [record]);
  return shown;
}
