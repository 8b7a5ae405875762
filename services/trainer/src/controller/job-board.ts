import type { JobRecord } from '@lathe/contracts/job/record';
import { recordKey } from '@lathe/contracts/subject';
import type { Records } from '@lathe/platform/records';

/** Tells what changes in job records, for all jobs through one watch. */
export type JobBoard = {
  /** Calls the listener with each new version of one job's record; returns how to stop that. */
  listen(project: string, jobId: string, listener: (record: JobRecord) => void): () => void;
  readonly done: Promise<void>;
};

/** Watches every job until the signal aborts. `onAny` sees each record, listened to or not. */
export function watchJobs(
  jobs: Records['jobs'],
  signal: AbortSignal,
  onAny: (record: JobRecord) => void,
): JobBoard {
  const listeners = new Map<string, Set<(record: JobRecord) => void>>();
  const take = async (): Promise<void> => {
    for await (const change of jobs.watch('', signal)) {
      if (change.kind === 'delete') continue;
      for (const listener of listeners.get(change.key) ?? []) listener(change.value);
      onAny(change.value);
    }
  };
  return {
    listen(project, jobId, listener) {
      const key = recordKey(project, jobId);
      const set = listeners.get(key) ?? new Set();
      listeners.set(key, set.add(listener));
      return () => {
        set.delete(listener);
        if (set.size === 0) listeners.delete(key);
      };
    },
    done: take(),
  };
}
