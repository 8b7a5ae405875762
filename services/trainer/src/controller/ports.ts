import type { WireError } from '@lathe/contracts/error';
import type { JobRecord } from '@lathe/contracts/job/record';
import type { JobNews } from '@lathe/contracts/message/event';
import type { Stage } from '@lathe/contracts/subject';
import type { ArtifactStore } from '@lathe/platform/artifacts/port';
import type { Logger } from '@lathe/platform/log';
import type { Records } from '@lathe/platform/records';
import type { JobBoard } from './job-board.ts';
import type { ControllerSettings } from './settings.ts';
import type { WorkerBoard } from './workers/worker-board.ts';
import type { WorkerClient } from './workers/worker-client.ts';

/** An event as the controller thinks of it. Its id, its name and epoch by default, names what happened: told twice it is stored once. */
export type ControllerEvent = JobNews & { readonly dedupeId?: string };

/** Everything that the controller's decisions reach the world through. */
export type ControllerPorts = Pick<Records, 'jobs' | 'files' | 'models' | 'checkpoints'> & {
  readonly artifacts: ArtifactStore;
  readonly workers: WorkerBoard;
  readonly jobBoard: JobBoard;
  readonly dial: (address: string) => WorkerClient;
  /** Stores events of the job in their order; each only once. */
  readonly emit: (job: JobRecord, ...events: readonly ControllerEvent[]) => Promise<void>;
  /** Puts a stage of the job on its queue under an epoch; again is harmless, unless as another copy. */
  readonly queue: (
    job: JobRecord,
    stage: Stage,
    message: { readonly epoch: number; readonly copy?: string },
  ) => Promise<void>;
  /** Unix time in milliseconds. */
  readonly now: () => number;
  readonly settings: ControllerSettings;
  readonly log: Logger;
};

/** Tells that a job failed, and whether it may be resumed. */
export function tellFailure(
  ports: Pick<ControllerPorts, 'emit'>,
  record: JobRecord,
  { error, resumable }: { readonly error: WireError; readonly resumable: boolean },
): Promise<void> {
  const { code, param, message } = error;
  return ports.emit(record, {
    name: 'failed',
    level: 'error',
    message: `The job failed: ${message}`,
    data: { code, param, resumable },
  });
}
