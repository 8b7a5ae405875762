import { isOver } from '@lathe/contracts/record/data-work';
import { createWorkSweep, type WorkSweepPorts } from '@lathe/platform/records/work-sweep';
import { type DataWorkPorts, failDataWork } from './data-work.ts';

export type SweepPorts = Pick<DataWorkPorts, 'dataWork' | 'artifacts' | 'now' | 'log' | 'server'> &
  Pick<WorkSweepPorts<unknown>, 'readQueue' | 'queue' | 'removeWork' | 'maxDeliveries'>;

/** Looks after data work that is forgotten, as `createWorkSweep` says. */
export function createSweep(ports: SweepPorts): () => Promise<number> {
  return createWorkSweep({
    ...ports,
    records: ports.dataWork,
    isOver,
    fail: ({ project, id }, failure) => failDataWork(ports, { project, jobId: id }, failure),
  });
}
