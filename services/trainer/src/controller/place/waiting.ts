import { setTimeout as sleep } from 'node:timers/promises';
import { LatheError } from '@lathe/contracts/error';
import { recordKey } from '@lathe/contracts/subject';
import type { ControllerPorts } from '../ports.ts';
import { NotOursError, type OwnedJob } from '../record/owned-job.ts';

/** Looks after one job while it waits for a worker. */
export type Waiting = {
  /** Resolves when the job was cancelled or paused. Throws NotOursError, and when the signal aborts. */
  readonly over: Promise<undefined>;
  /** Cancels or pauses the job if its owner wants that by now. True: it does not wait any more. */
  obey(): Promise<boolean>;
  stop(): void;
};

/**
 * Obeys the owner's wishes as they come and tells the owner why the job waits. A message server that is
 * away for a while is no reason to give the job back: nothing is at work yet.
 */
export function watchWaiting(
  ports: ControllerPorts,
  job: OwnedJob,
  { reason, signal }: { readonly reason: () => string | undefined; readonly signal: AbortSignal },
): Waiting {
  const { settings, jobBoard, log } = ports;
  const { project, id } = job.record;
  const over = Promise.withResolvers<undefined>();
  // Nobody may be waiting for it when it fails.
  over.promise.catch(() => undefined);
  const startedAt = performance.now();
  let told = '';

  const obey = async (): Promise<boolean> => {
    for (;;) {
      signal.throwIfAborted();
      try {
        return await obeyWish(ports, job);
      } catch (error) {
        if (!isAway(error)) throw error;
        log.warn({ err: error, jobId: id }, 'cannot look at a waiting job; trying again');
        await sleep(settings.placeMs, undefined, { signal });
      }
    }
  };
  const look = (): void => {
    obey().then((obeyed) => {
      if (obeyed) over.resolve(undefined);
    }, over.reject);
  };
  const notify = async (): Promise<void> => {
    if (performance.now() - startedAt < settings.noticeMs) return;
    const text = reason();
    if (text === undefined || text === told) return;
    told = text;
    await ports.emit(job.record, {
      name: 'queued',
      message: text,
      data: { reason: text },
      dedupeId: `waiting:${job.record.epoch}:${text}`,
    });
  };
  const notice = setInterval(() => {
    notify().catch((error: unknown) => {
      told = '';
      log.warn({ err: error, jobId: id }, 'could not tell why a job waits');
    });
  }, settings.placeMs);
  const recheck = setInterval(look, settings.recheckMs);
  const silence = jobBoard.listen(project, id, look);
  const abort = (): void => over.reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  look();
  return {
    over: over.promise,
    obey,
    stop: () => {
      silence();
      clearInterval(notice);
      clearInterval(recheck);
      signal.removeEventListener('abort', abort);
    },
  };
}

/** Cancels or pauses a queued job whose owner wants that. True: it does not wait any more. */
async function obeyWish(ports: ControllerPorts, job: OwnedJob): Promise<boolean> {
  const { project, id, epoch, state } = job.record;
  const stored = await ports.jobs.get(recordKey(project, id));
  if (stored === null) throw new NotOursError(job.record);
  const { desired } = stored.value;
  if (stored.value.epoch !== epoch || stored.value.state !== state)
    throw new NotOursError(stored.value);
  if (desired === 'run') return false;
  const to = desired === 'cancel' ? 'cancelled' : 'paused';
  const record = await job.move(to, () => ({}));
  await ports.emit(record, { name: to, message: `The job was ${to}.` });
  return true;
}

/** Whether a store or the message server is away, and back in a while. */
export function isAway(error: unknown): boolean {
  return error instanceof LatheError && error.code === 'unavailable';
}
