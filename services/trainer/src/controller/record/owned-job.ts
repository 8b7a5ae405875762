import { type JobChange, type JobMove, type JobRecord, moveJob } from '@lathe/contracts/job/record';
import { isTerminal, type JobState } from '@lathe/contracts/job/state';
import { changeJob } from '@lathe/platform/jobs';
import type { ControllerPorts } from '../ports.ts';

/** The job went to somebody else, or came to its end, while this controller had it. */
export class NotOursError extends Error {
  constructor(record: JobRecord) {
    super(`job ${record.id} is ${record.state} in epoch ${record.epoch} and not ours any more`);
    this.name = 'NotOursError';
  }
}

/** A job as one attempt sees it: every change is refused once the epoch or the stage has moved on. */
export type OwnedJob = {
  /** The record as it was last read or written. */
  readonly record: JobRecord;
  /** Changes fields. Throws NotOursError. */
  change(decide: (record: JobRecord) => JobChange): Promise<JobRecord>;
  /**
   * Moves the job to another state and changes fields; a job that was paused or came to its end is
   * not ours any more. Throws NotOursError.
   */
  move(to: JobState, decide: (record: JobRecord) => Omit<JobMove, 'now'>): Promise<JobRecord>;
};

/** Takes hold of a job in the epoch and state in which it is now. */
export function ownJob(ports: Pick<ControllerPorts, 'jobs' | 'now'>, first: JobRecord): OwnedJob {
  let record = first;
  let left = false;
  const write = async (next: (stored: JobRecord) => JobRecord): Promise<JobRecord> => {
    if (left) throw new NotOursError(record);
    record = await changeJob(ports.jobs, record.project, record.id, (stored) => {
      const same =
        stored.epoch === record.epoch &&
        stored.state === record.state &&
        stored.stage === record.stage;
      if (!same) throw new NotOursError(stored);
      return next(stored);
    });
    return record;
  };
  return {
    get record() {
      return record;
    },
    change: (decide) => write((stored) => ({ ...stored, ...decide(stored) })),
    async move(to, decide) {
      await write((stored) =>
        moveJob(stored, to, { ...decide(stored), now: Math.floor(ports.now() / 1000) }),
      );
      left = to === 'paused' || isTerminal(to);
      return record;
    },
  };
}
