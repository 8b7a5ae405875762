import type { JobChange, JobRecord } from '@lathe/contracts/job/record';

/**
 * Whose fault the loss of a run was. `own`: its engine crashed, or its worker held no other job. `unknown`: its worker
 * held others too, or controller and worker were gone together, as when the platform restarts. `none`: the worker was
 * told to stop.
 */
export type Fault = 'own' | 'unknown' | 'none';

type Counts = Pick<JobRecord, 'lostWorkers' | 'lossesInARow' | 'sharedLosses'>;

/** What a loss changes in the counts of a job, and whether that is one too many without a newer checkpoint. */
export function countLoss(
  record: Counts,
  fault: Fault,
  most: number,
): { readonly change: JobChange; readonly losses: number; readonly isTooMany: boolean } {
  const before = lossesInARow(record);
  if (fault === 'none') return { change: {}, losses: before, isTooMany: false };
  if (fault === 'unknown') {
    const sharedLosses = (record.sharedLosses ?? 0) + 1;
    return { change: { sharedLosses }, losses: before, isTooMany: false };
  }
  const losses = before + 1;
  const change = { lostWorkers: record.lostWorkers + 1, lossesInARow: losses };
  return { change, losses, isTooMany: losses > most };
}

/** The counts after a newer checkpoint: what was lost before has cost no more than time. */
export function forgetLosses(record: Counts): JobChange {
  const isClean = lossesInARow(record) === 0 && (record.sharedLosses ?? 0) === 0;
  return isClean ? {} : { lossesInARow: 0, sharedLosses: 0 };
}

function lossesInARow(record: Pick<JobRecord, 'lostWorkers' | 'lossesInARow'>): number {
  return record.lossesInARow ?? record.lostWorkers;
}
