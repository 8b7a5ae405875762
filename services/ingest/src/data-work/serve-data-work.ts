import { isOver } from '@lathe/contracts/record/data-work';
import type { Nats } from '@lathe/platform/nats/connection';
import { serveWork } from '@lathe/platform/records/serve-work';
import { type DataWorkPorts, doDataWork, failDataWork } from './data-work.ts';

export type ServeOptions = {
  readonly concurrency: number;
  readonly signal: AbortSignal;
  readonly maxDeliveries: number;
  readonly sweepMs: number;
};

/** Takes data work until the signal aborts, as `serveWork` does. */
export function serveDataWork(
  nats: Nats,
  ports: Omit<DataWorkPorts, 'server'>,
  { signal, concurrency, maxDeliveries, sweepMs }: ServeOptions,
): Promise<void> {
  const all = { ...ports, server: () => nats.serverName() };
  const { dataWork: records, log } = ports;
  return serveWork(
    nats,
    {
      ...{ queue: 'data', words: 'data work', records, isOver },
      ...{ concurrency, maxDeliveries, sweepMs, log },
      handle: (message, context) => doDataWork(all, message, context),
      fail: (work, failure) => failDataWork(all, work, failure),
    },
    signal,
  );
}
