import { recordKey } from '@lathe/contracts/subject';
import type { Logger } from '@lathe/platform/log';
import type { Records } from '@lathe/platform/records';

/** Which run of which job asks. */
export type RunIdentity = {
  readonly project: string;
  readonly jobId: string;
  readonly epoch: number;
};

/** What the record says of a run: `lost` when the job is over, gone, or another run's; `unknown` when it cannot be read now. */
export type Ownership = 'ours' | 'lost' | 'unknown';

export type OwnerCheck = (run: RunIdentity) => Promise<Ownership>;

/** The job went to another run, or is over. */
export class SupersededError extends Error {
  constructor({ jobId, epoch }: RunIdentity) {
    super(`epoch ${epoch} of ${jobId} is not the job's any more`);
    this.name = 'SupersededError';
  }
}

export type OwnerPorts = {
  readonly jobs: Pick<Records['jobs'], 'get'>;
  readonly log: Pick<Logger, 'warn'>;
  /** Milliseconds that never go back. */
  readonly now: () => number;
  /** How long nobody asks again after an answer did not come: each try holds up an upload. */
  readonly ownerPauseMs: number;
};

/** Looks into the job's record. */
export function checkOwner({ jobs, log, now, ownerPauseMs }: OwnerPorts): OwnerCheck {
  let unknownUntil = -Infinity;
  return async ({ project, jobId, epoch }) => {
    if (now() < unknownUntil) return 'unknown';
    try {
      const record = (await jobs.get(recordKey(project, jobId)))?.value;
      const isOurs =
        record?.epoch === epoch && record.stage === 'train' && record.state === 'running';
      return isOurs ? 'ours' : 'lost';
    } catch (error) {
      unknownUntil = now() + ownerPauseMs;
      log.warn({ err: error, jobId }, 'cannot look whose the job is; going on');
      return 'unknown';
    }
  };
}

/** Throws SupersededError when the job is known to be another's. */
export async function requireOurs(check: OwnerCheck, run: RunIdentity): Promise<void> {
  if ((await check(run)) === 'lost') throw new SupersededError(run);
}
