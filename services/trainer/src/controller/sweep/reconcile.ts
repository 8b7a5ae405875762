import { type JobRecord, moveJob } from '@lathe/contracts/job/record';
import { changeJob } from '@lathe/platform/jobs';
import type { ControllerPorts } from '../ports.ts';
import { removeStates } from '../record/removal.ts';

/** A cancelled job's training states are looked for so long after its end, in seconds. */
const tidySeconds = 600;

/** What a change of a job's record asks of the controller when no run of it is being followed. */
export async function reconcile(ports: ControllerPorts, seen: JobRecord): Promise<void> {
  if (seen.state === 'paused') return reconcilePaused(ports, seen);
  const age = ports.now() / 1000 - (seen.finishedAt ?? 0);
  // Cancelled while it was paused or queued: nobody else knows of what it saved or copied.
  const hasFiles = seen.checkpointKey !== null || seen.start !== undefined;
  if (seen.state === 'cancelled' && hasFiles && age < tidySeconds) await removeStates(ports, seen);
}

/**
 * Brings a paused job to what its owner wants by now: a wish that came while the pause took effect
 * has nobody else to see it.
 */
async function reconcilePaused(ports: ControllerPorts, seen: JobRecord): Promise<void> {
  if (seen.desired === 'pause') return;
  const { desired, epoch } = seen;
  let moved = false;
  const record = await changeJob(ports.jobs, seen.project, seen.id, (stored) => {
    moved = stored.state === 'paused' && stored.desired === desired && stored.epoch === epoch;
    if (!moved) return null;
    const now = Math.floor(ports.now() / 1000);
    return desired === 'cancel'
      ? moveJob(stored, 'cancelled', { now })
      : moveJob(stored, 'queued', { now, epoch: epoch + 1 });
  });
  if (!moved) return;
  if (record.state === 'queued')
    await ports.queue(record, record.stage === 'evaluate' ? 'evaluate' : 'train', {
      epoch: record.epoch,
    });
  const name = record.state === 'queued' ? 'resumed' : 'cancelled';
  await ports.emit(record, { name, message: `The job was ${name}.` });
}
