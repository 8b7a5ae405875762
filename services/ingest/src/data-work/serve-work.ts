import type { Nats } from '@lathe/platform/nats/connection';
import { pause } from '@lathe/platform/nats/pause';
import { consumeWork, publishWork } from '@lathe/platform/nats/work';
import { readStageQueue, removeWork } from '@lathe/platform/nats/work-queue';
import { type DataWorkPorts, doDataWork, failDataWork } from './data-work.ts';
import { createSweep } from './sweep.ts';

export type ServeOptions = {
  readonly concurrency: number;
  readonly signal: AbortSignal;
  readonly maxDeliveries: number;
  readonly sweepMs: number;
};

/** Takes data work, and looks after what is forgotten, until the signal aborts; resolves when the work in hand has ended. */
export async function serveDataWork(
  nats: Nats,
  ports: Omit<DataWorkPorts, 'server'>,
  { concurrency, signal, maxDeliveries, sweepMs }: ServeOptions,
): Promise<void> {
  const all = { ...ports, server: () => nats.serverName() };
  const sweep = createSweep({
    ...all,
    maxDeliveries,
    readQueue: () => readStageQueue(nats, 'data'),
    queue: (message, copy) => publishWork(nats, 'data', message, copy),
    removeWork: (sequence) => removeWork(nats, sequence),
  });
  const sweeping = keepSweeping(sweep, { log: ports.log, sweepMs, signal });
  await consumeWork(nats, 'data', (message, context) => doDataWork(all, message, context), {
    ...{ concurrency, signal },
    onFailure: (message, error) => failDataWork(all, message, error),
  });
  await sweeping;
}

async function keepSweeping(
  sweep: () => Promise<number>,
  { log, sweepMs, signal }: Pick<DataWorkPorts, 'log'> & Pick<ServeOptions, 'sweepMs' | 'signal'>,
): Promise<void> {
  for (; !signal.aborted; await pause(sweepMs, signal))
    try {
      await sweep();
    } catch (error) {
      if (!signal.aborted) log.warn({ err: error }, 'could not look after data work; trying again');
    }
}
