import type { JobRecord } from '@lathe/contracts/job/record';
import type { WorkerRecord } from '@lathe/contracts/record/worker';
import { recordKey } from '@lathe/contracts/subject';
import type { WorkResult } from '@lathe/platform/nats/work-handler';
import type { RunOutcome } from '../../run-event.ts';
import type { Seat } from '../place/waiting-line.ts';
import type { ControllerPorts } from '../ports.ts';
import { newestCheckpoint, untoldCheckpoints } from '../record/checkpoints.ts';
import { NotOursError, type OwnedJob } from '../record/owned-job.ts';
import { createRunRecorder } from '../record/run-recorder.ts';
import { startRequest } from '../workers/start-request.ts';
import { type RunName, type WorkerClient, WorkerError } from '../workers/worker-client.ts';
import { followRun, WorkerLostError } from './follow.ts';
import { endRun, forgetStates, loseWorker } from './run-end.ts';

export type RunDrive = {
  /** The job, running, in the epoch of the run. */
  readonly job: OwnedJob;
  /** Whether the run was begun here a moment ago. */
  readonly isNew: boolean;
  /** The place of the run on its worker; undefined: the worker is gone. */
  readonly seat: Seat | undefined;
  readonly signal: AbortSignal;
};

/** What became of the start of a run: it is at work, its worker could not take it, or the job came to its end by it. */
type Beginning = 'begun' | 'refused' | 'over';

/**
 * Starts the run of a job that was just moved to `running`: the only place where one is started, so that no epoch ever
 * has two runs, and of two runs of a job the one with the older epoch is nobody's. `refused`: another worker may take
 * it, and the job is queued again under a new epoch.
 */
export async function beginRun(
  ports: ControllerPorts,
  { job, seat }: { readonly job: OwnedJob; readonly seat: Seat },
): Promise<Beginning> {
  const { worker, memoryBytes } = seat;
  const client = ports.dial(worker.address);
  try {
    const checkpoint = await newestCheckpoint(ports.artifacts, job.record);
    await client.start(startRequest(job.record, checkpoint, memoryBytes));
    return 'begun';
  } catch (error) {
    if (!(error instanceof WorkerError)) throw error;
    ports.log.warn({ err: error, worker: worker.id }, 'a worker did not take a job');
    if (error.problem === 'failed') {
      const message = `The worker refused the job: ${error.message}.`;
      const failure = { code: 'training_failed', message, param: '' };
      const value = { ...failure, retryable: false, outOfMemory: false };
      await endRun(ports, job, { outcome: { $case: 'failed', value }, hadCompany: false });
      return 'over';
    }
    await job.move('queued', (now) => ({ epoch: now.epoch + 1, worker: null }));
    return 'refused';
  } finally {
    client.close();
  }
}

/**
 * Follows a run that was begun, here or by another controller, to its end. One that its worker does not know is lost.
 * Throws when the signal aborts, which leaves the run at work for whoever takes it up.
 */
export async function driveRun(ports: ControllerPorts, drive: RunDrive): Promise<WorkResult> {
  const { job, seat, signal, isNew } = drive;
  if (seat === undefined) {
    // This controller is new here: it may have been the whole platform that went.
    await loseWorker(ports, job, { reason: 'The worker is gone.', fault: 'unknown' });
    return { kind: 'done' };
  }
  const { worker } = seat;
  const client = ports.dial(worker.address);
  let isFound = isNew;
  const onHeard = (): void => {
    isFound = true;
  };
  try {
    const outcome = await followToEnd(ports, { ...drive, worker, client, onHeard });
    signal.throwIfAborted();
    // The next job need not wait until this one's model is published.
    const hadCompany = seat.hadCompany();
    seat.release();
    if (outcome !== undefined) await endRun(ports, job, { outcome, hadCompany });
    return { kind: 'done' };
  } catch (error) {
    if (!(error instanceof WorkerLostError)) throw error;
    const fault = seat.hadCompany() || !isFound ? 'unknown' : 'own';
    await loseWorker(ports, job, { reason: error.message, fault });
    return { kind: 'done' };
  } finally {
    client.close();
  }
}

type Following = RunDrive & {
  readonly worker: WorkerRecord;
  readonly client: WorkerClient;
  /** Called with each message: the worker has the run. */
  readonly onHeard: () => void;
};

/** Records the run while telling the worker what the owner wants. Undefined: the job was cancelled. */
async function followToEnd(
  ports: ControllerPorts,
  { job, worker, client, signal, onHeard }: Following,
): Promise<RunOutcome | undefined> {
  const run: RunName = { jobId: job.record.id, epoch: job.record.epoch };
  const left = new AbortController();
  const wishes = carryWishes(ports, { job, client, run, leave: () => left.abort() });
  const recorder = createRunRecorder(ports, job);
  try {
    // A worker that died may have saved more than it could tell.
    const { whole, damaged } = await untoldCheckpoints(ports.artifacts, job.record);
    for (const value of whole) await recorder.take({ $case: 'checkpoint', value });
    for (const value of damaged) await recorder.take({ $case: 'damaged', value });
    const events = followRun(client, run, {
      ...ports.settings,
      announced: () => ports.workers.holds(worker.id, worker.address),
      signal: AbortSignal.any([signal, left.signal]),
    });
    let outcome: RunOutcome | undefined;
    for await (const event of events) {
      onHeard();
      if (event.$case === 'result') outcome = event.value.outcome;
      else await recorder.take(event);
    }
    if (!left.signal.aborted && !signal.aborted) await recorder.flush();
    return left.signal.aborted ? undefined : outcome;
  } catch (error) {
    if (left.signal.aborted && error instanceof NotOursError) return undefined;
    throw error;
  } finally {
    await wishes.stop();
  }
}

type Wishes = {
  readonly job: OwnedJob;
  readonly client: WorkerClient;
  readonly run: RunName;
  /** Stops following: there is nothing more to come. */
  readonly leave: () => void;
};

/** Carries the owner's wishes from the record to the worker until it has heard them. */
function carryWishes(ports: ControllerPorts, { job, client, run, leave }: Wishes) {
  const { project, id, requestId } = job.record;
  let told: JobRecord['desired'] = 'run';
  let telling: Promise<void> | undefined;
  let stopped = false;

  const tell = async (): Promise<void> => {
    const stored = (await ports.jobs.get(recordKey(project, id)))?.value;
    if (stopped || stored === undefined || stored.desired === told) return;
    if (stored.epoch !== run.epoch || stored.state !== 'running') return leave();
    const { desired } = stored;
    if (desired === 'cancel') return cancel();
    if (desired === 'pause') await client.pause(run, requestId);
    else await client.resume(run, requestId);
    told = desired;
  };
  const cancel = async (): Promise<void> => {
    const record = await job.move('cancelled', () => ({ worker: null }));
    leave();
    await ports.emit(record, { name: 'cancelled', message: 'The job was cancelled.' });
    // A worker that does not hear this stops when its lease runs out.
    await client.cancel(run, requestId);
    await forgetStates(ports, job);
  };
  const look = (): void => {
    if (stopped) return;
    telling ??= tell()
      .catch((error: unknown) => {
        if (error instanceof NotOursError) leave();
        else ports.log.warn({ err: error, jobId: id }, 'a wish did not reach the worker yet');
      })
      .finally(() => {
        telling = undefined;
      });
  };
  const silence = ports.jobBoard.listen(project, id, look);
  const timer = setInterval(look, ports.settings.wishMs);
  look();
  return {
    stop: async () => {
      silence();
      clearInterval(timer);
      await telling;
      stopped = true;
    },
  };
}
