import { availableParallelism } from 'node:os';
import path from 'node:path';
import { workerRecordSchema } from '@lathe/contracts/record/worker';
import { buckets } from '@lathe/contracts/subject';
import { type BootstrapKey, bootstrapKey } from '@lathe/platform/api-key';
import type { Config } from '@lathe/platform/config';
import { createLogger, type Logger } from '@lathe/platform/log';
import { connectNats, type Nats } from '@lathe/platform/nats/connection';
import { type NatsServer, startNatsServer } from '@lathe/platform/nats/server';
import { ensureStreams } from '@lathe/platform/nats/setup';
import { openRecords } from '@lathe/platform/records/kv';
import { createStopList, type Stoppable } from '@lathe/platform/shutdown';
import { machineMemory } from '../services/trainer/src/worker/machine.ts';
import { lockDataFolder } from './data-lock.ts';
import { supervise } from './supervise.ts';
import { workerConfigs } from './worker-pool.ts';
import { startWorkerProcess } from './worker-process.ts';

/** The whole of Lathe on one machine. */
export type Platform = Stoppable & {
  /** Address of the gateway, without `/v1`. */
  readonly url: string;
  readonly apiKey: string;
  readonly key: BootstrapKey;
  readonly natsUrl: string;
  /** Process of each training worker at this moment, by the worker's name; another one after a restart. */
  workerPids(): ReadonlyMap<string, number>;
  /** Process of the first training worker. Throws when there is none. */
  workerPid(): number;
};

/** How long the workers and the gateway may take until they are ready. */
const readyTimeoutMs = 60_000;

/**
 * Starts nats-server (unless the configuration names one), every service in this process and each
 * worker in its own, and resolves when a job could be taken. Throws, with everything stopped again,
 * when a part cannot start.
 */
export async function startPlatform(config: Config): Promise<Platform> {
  const log = createLogger(config, 'platform');
  const parts = createStopList(log);
  try {
    return await startParts(config, log, parts);
  } catch (error) {
    await parts.stop().catch(() => undefined);
    throw error;
  }
}

type Parts = ReturnType<typeof createStopList>;

async function startParts(config: Config, log: Logger, parts: Parts): Promise<Platform> {
  parts.add('data lock', await lockDataFolder(config.dataFolder));
  const key = await bootstrapKey(config);
  const natsUrl = config.natsUrl ?? (await startOwnNats(config, log, parts));
  const full: Config = { ...config, natsUrl, apiKey: key.key };
  const { healthPort } = config;
  // Each has its own health and metrics, at the ports that follow the first.
  const serving = (place: number): Config => ({
    ...full,
    healthPort: healthPort === null ? null : healthPort + place,
  });
  const nats = await connectNats({ url: natsUrl, name: 'lathe-platform', log });
  parts.add('connection', () => nats.close());
  await ensureStreams(nats, full);

  const workers = await startWorkers(serving(3), log, parts);
  const trainer = await import('../services/trainer/src/start.ts');
  await startService(parts, 'trainer', () => trainer.start(serving(0)));
  const ingest = await import('../services/ingest/src/start.ts');
  await startService(parts, 'ingest', () => ingest.start(serving(1)));
  const evaluator = await import('../services/evaluator/src/start.ts');
  await startService(parts, 'evaluator', () => evaluator.start(serving(2)));
  const gateway = await import('../services/gateway/src/start.ts');
  const { url } = await startService(parts, 'gateway', () => gateway.start(full));

  await waitForWorkers(nats, [...workers.keys()]);
  await waitForGateway(url);
  return {
    url,
    apiKey: key.key,
    key,
    natsUrl,
    workerPids: () => new Map([...workers].map(([id, worker]) => [id, worker.current().pid])),
    workerPid: () => {
      const [first] = workers.values();
      if (first === undefined) throw new Error('LATHE_WORKERS is 0: no worker runs here');
      return first.current().pid;
    },
    stop: () => parts.stop(),
  };
}

async function startService<T extends Stoppable>(
  parts: Parts,
  name: string,
  begin: () => Promise<T>,
): Promise<T> {
  const handle = await begin();
  parts.add(name, () => handle.stop());
  return handle;
}

type Supervised = Awaited<ReturnType<typeof supervise>>;

/** The supervised workers by name; they start and stop side by side. */
async function startWorkers(
  config: Config,
  log: Logger,
  parts: Parts,
): Promise<ReadonlyMap<string, Supervised>> {
  const workers = new Map<string, Supervised>();
  parts.add('workers', async () => {
    await Promise.all([...workers.values()].map((worker) => worker.stop()));
  });
  const machine = { cores: availableParallelism(), memoryBytes: machineMemory() };
  for (const each of workerConfigs(config, machine)) {
    const name = config.workers > 1 ? `the worker ${each.workerId}` : 'the worker';
    workers.set(each.workerId, await supervise(() => startWorkerProcess(each), { name, log }));
  }
  return workers;
}

/** A supervised nats-server with its store in the data folder; a restart keeps port and token. */
async function startOwnNats(config: Config, log: Logger, parts: Parts): Promise<string> {
  const folder = path.join(config.dataFolder, 'nats');
  let first: NatsServer | undefined;
  const onLine = (line: string): void => log.debug({ line }, 'nats-server');
  const begin = async (): Promise<NatsServer> => {
    const same = first === undefined ? {} : { port: first.port, token: first.token };
    const server = await startNatsServer({ folder, onLine, ...same });
    first ??= server;
    return server;
  };
  const server = await supervise(begin, { name: 'nats-server', log });
  parts.add('nats-server', () => server.stop());
  return server.current().url;
}

async function waitForWorkers(nats: Nats, ids: readonly string[]): Promise<void> {
  const workers = await openRecords(nats, buckets.workers, workerRecordSchema);
  const awaited = new Set(ids);
  if (awaited.size === 0) return;
  const signal = AbortSignal.timeout(readyTimeoutMs);
  for await (const change of workers.watch('', signal)) {
    if (change.kind === 'put' && change.value.expiresAt > Date.now())
      awaited.delete(change.value.id);
    if (awaited.size === 0) return;
  }
  throw new Error(
    `The worker ${[...awaited].join(', ')} did not announce itself within ${readyTimeoutMs / 1000} seconds.`,
  );
}

async function waitForGateway(url: string): Promise<void> {
  const deadline = performance.now() + readyTimeoutMs;
  let problem = '';
  while (performance.now() < deadline) {
    const response = await fetch(`${url}/readyz`);
    problem = await response.text();
    if (response.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`The gateway is not ready: ${problem}`);
}
