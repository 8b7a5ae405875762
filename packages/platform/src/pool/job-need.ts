import { baseModelOf, type JobChange, type JobRecord } from '@lathe/contracts/job/record';
import type { JobNeed } from './place.ts';

/** Losses of unknown fault after which a job gets a worker for itself, where the next one is its own. */
const sharedLossesBeforeAlone = 2;

/**
 * What a job asks of a worker.
 * @example choosePlace(workers, needOf(job), nothingPlaced);
 */
export function needOf(job: JobRecord): JobNeed {
  return {
    model: baseModelOf(job),
    alone: mustBeAlone(job),
    device: job.options.device ?? null,
    memoryBytes: knownMemory(job),
  };
}

/**
 * Memory for a job's run, in bytes: its own limit, or what a worker has told; undefined: nobody has yet.
 * @example knownMemory({ options: { memory_limit: 2 ** 30 } });
 */
export function knownMemory({
  options,
  memoryBytes,
}: Pick<JobRecord, 'options' | 'memoryBytes'>): number | undefined {
  return options.memory_limit ?? memoryBytes;
}

/**
 * Whether the job shall share a worker with no other one until it has a newer checkpoint.
 * @example mustBeAlone({ sharedLosses: 2 }); // true
 */
export function mustBeAlone({ sharedLosses = 0 }: Pick<JobRecord, 'sharedLosses'>): boolean {
  return sharedLosses >= sharedLossesBeforeAlone;
}

/**
 * Gives the job a worker for itself until it has a newer checkpoint.
 * @example const next: JobRecord = { ...job, ...aloneFromNow };
 */
export const aloneFromNow = { sharedLosses: sharedLossesBeforeAlone } satisfies JobChange;
