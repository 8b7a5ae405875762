import { availableParallelism } from 'node:os';
import path from 'node:path';
import { type BootstrapKey, bootstrapKey } from '@lathe/platform/api-key';
import type { Config } from '@lathe/platform/config';
import { createLogger, type Logger } from '@lathe/platform/log';
import { machineMemory } from '@lathe/platform/machine-memory';
import { type NatsServer, startNatsServer } from '@lathe/platform/nats/server';
import { serverLog } from '@lathe/platform/nats/server-log';
import { createStopList, type Stoppable } from '@lathe/platform/shutdown';
import { forgetAddress, leaveAddress } from './address-file.ts';
import { lockDataFolder } from './data-lock.ts';
import { watchNatsWrites } from './nats-watch.ts';
import { createPartsBoard, type PartsBoard } from './parts-board.ts';
import { checkBeforeStart } from './preflight.ts';
import { atPlace, startServices } from './services.ts';
import { supervise } from './supervise.ts';
import { workerConfigs } from './worker-pool.ts';

/** The whole of Lathe on one machine. */
export type Platform = Stoppable & {
  /** Address of the gateway, without `/v1`. */
  readonly url: string;
  readonly apiKey: string;
  readonly key: BootstrapKey;
  readonly natsUrl: string;
  /**
   * Process of each part at this moment, by its name (`gateway`, `ingest`, `trainer`, `evaluator`, and the names of
   * workers); another one after a restart.
   */
  pids(): ReadonlyMap<string, number>;
  /** Process of each training worker at this moment, by the worker's name. */
  workerPids(): ReadonlyMap<string, number>;
  /** Process of the first training worker. Throws when there is none. */
  workerPid(): number;
};

/** How long the gateway may take until it finds every part well. */
const readyTimeoutMs = 60_000;

/**
 * Starts nats-server (unless the configuration names one), every service and each worker, each in a process of its
 * own that is started again when it ends, and resolves when a job could be taken. Throws, with everything stopped
 * again, when a part cannot start.
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
  // One that was killed left its own.
  await forgetAddress(config.dataFolder);
  await checkBeforeStart(config);
  const key = await bootstrapKey(config);
  const board = createPartsBoard();
  const natsUrl = config.natsUrl ?? (await startOwnNats(config, { log, parts, board }));
  const machine = { cores: availableParallelism(), memoryBytes: machineMemory() };
  const full: Config = { ...config, natsUrl };
  const services = await startServices(
    {
      config: full,
      workers: workerConfigs(atPlace(full, 3), machine),
      isOwnNats: config.natsUrl === null,
      log,
      board,
    },
    parts,
  );
  await waitForGateway(services.url);
  await leaveAddress(config.dataFolder, services.url);
  parts.add('address', () => forgetAddress(config.dataFolder));
  return {
    url: services.url,
    apiKey: key.key,
    key,
    natsUrl,
    pids: services.pids,
    workerPids: services.workerPids,
    workerPid: () => {
      const [first] = services.workerPids().values();
      if (first === undefined) throw new Error('LATHE_WORKERS is 0: no worker runs here');
      return first;
    },
    stop: () => parts.stop(),
  };
}

/**
 * A supervised nats-server with its store in the data folder; a restart keeps port and token, and one that takes no
 * writes though there is room is started again.
 */
async function startOwnNats(
  config: Config,
  { log, parts, board }: { log: Logger; parts: Parts; board: PartsBoard },
): Promise<string> {
  const name = 'nats-server';
  const folder = path.join(config.dataFolder, 'nats');
  let first: NatsServer | undefined;
  const onLine = serverLog(log);
  const begin = async (): Promise<NatsServer> => {
    const same = first === undefined ? {} : { port: first.port, token: first.token };
    const server = await startNatsServer({ folder, onLine, ...same });
    first ??= server;
    return server;
  };
  const onState = (problem: string | null): void => board.set(name, problem);
  const isPassing = (error: unknown): boolean =>
    error instanceof Error && error.message.startsWith('nats-server ended');
  const server = await supervise(begin, { name, log, onState, isPassing });
  parts.add(name, () => server.stop());
  const { url } = server.current();
  const watch = watchNatsWrites({
    folder,
    connect: async () => {
      // Loaded when everything runs: the start need not wait for it.
      const { connectNats } = await import('@lathe/platform/nats/connection');
      return connectNats({ url, name: 'lathe-platform', log });
    },
    pid: () => server.pid(),
    restart: () => server.current().stop(),
    onProblem: (problem) => board.set('writes', problem),
    log,
  });
  parts.add('watch over nats-server', () => watch.stop());
  return url;
}

async function waitForGateway(url: string): Promise<void> {
  const deadline = performance.now() + readyTimeoutMs;
  let problem = '';
  while (performance.now() < deadline) {
    try {
      const response = await fetch(`${url}/readyz`);
      problem = await response.text();
      if (response.ok) return;
    } catch (error) {
      // It has just ended, and is started again.
      problem = String(error);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`The gateway is not ready: ${problem}`);
}
