import { fileURLToPath } from 'node:url';
import type { Config } from '@lathe/platform/config';
import type { Logger } from '@lathe/platform/log';
import type { createStopList } from '@lathe/platform/shutdown';
import { notePids } from './left-over-parts.ts';
import type { PartsBoard } from './parts-board.ts';
import {
  EndedAtStartError,
  type ProcessMemory,
  type ServiceProcess,
  startServiceProcess,
} from './service-process.ts';
import { type Supervised, supervise } from './supervise.ts';

/** The services of one machine, each in a process of its own. */
export type Services = {
  /** Address of the gateway. */
  readonly url: string;
  pids(): ReadonlyMap<string, number>;
  workerPids(): ReadonlyMap<string, number>;
};

export type ServicesOptions = {
  readonly config: Config;
  /** The configuration of each worker. */
  readonly workers: readonly Config[];
  /** Whether nats-server is one that we supervise. */
  readonly isOwnNats: boolean;
  readonly log: Logger;
  /** Where a part's trouble is written down, which the gateway is told. */
  readonly board: PartsBoard;
};

const program = (file: string): string =>
  fileURLToPath(new URL(`../services/${file}`, import.meta.url));
const programs = {
  gateway: program('gateway/src/main.ts'),
  trainer: program('trainer/src/main.ts'),
  ingest: program('ingest/src/main.ts'),
  evaluator: program('evaluator/src/main.ts'),
  worker: program('trainer/src/worker/main.ts'),
};

type Part = {
  /** As it stands in sentences: `the trainer`. */
  readonly name: string;
  readonly main: string;
  readonly memory?: ProcessMemory;
  /** Asked at every start. */
  readonly config: () => Config;
};

/**
 * Ingest has a heap in each of its threads, and rows fill whatever room there is for what is young and soon forgotten, at nearly the
 * same speed in a small one; what is old is looked through before it is much more than twice as large. Buffers of some megabytes go back to the kernel at
 * once, instead of lying in holes of a growing heap; those of messages, which are smaller, are used again, by whatever thread
 * (docs/decisions/2026-11-ingest-pace.md). deploy/docker/Dockerfile says the same.
 */
const ingestMemory: ProcessMemory = {
  execArgv: ['--max-semi-space-size=8', '--heap-growing-percent=120'],
  env: {
    GLIBC_TUNABLES:
      'glibc.malloc.mmap_threshold=2097152:glibc.malloc.trim_threshold=131072:glibc.malloc.arena_max=1',
  },
};

const gatewayName = 'the gateway';

/**
 * Starts every service and worker side by side and resolves when all are ready. Whatever ends is started again, and
 * the gateway is told, so that readiness names it. When one cannot start the others are ended, and its own
 * sentence is thrown. The gateway is stopped first, then the services, then the workers.
 */
export async function startServices(
  { config, workers, isOwnNats, log, board }: ServicesOptions,
  stops: ReturnType<typeof createStopList>,
): Promise<Services> {
  const running = new Map<string, Supervised<ServiceProcess>>();
  const failed = new AbortController();
  const gateway = (): ServiceProcess | undefined => running.get(gatewayName)?.current();
  const tellGateway = (): void => gateway()?.tell({ kind: 'parts', problems: board.problems });
  board.onChange(tellGateway);
  const pids = (): number[] => [...running.values()].map((part) => part.current().pid);
  let noting = Promise.resolve();
  const note = (): void => {
    // One after the other, so that the last word is the newest.
    noting = noting
      .then(() => notePids(config.dataFolder, pids()))
      .catch((error: unknown) =>
        log.warn({ err: error }, 'could not write down which processes run'),
      );
  };
  // A nats-server of our own that is missed at the start is being started again, too.
  const isPassing = (error: unknown): boolean => isOwnNats || error instanceof EndedAtStartError;
  const start = async ({ name, main, memory, config: configNow }: Part): Promise<void> => {
    const begin = (signal: AbortSignal): Promise<ServiceProcess> =>
      startServiceProcess({ main, name, config: configNow(), signal, ...(memory && { memory }) });
    const onState = (problem: string | null): void => {
      board.set(shortName(name), problem);
      if (problem === null) note();
    };
    board.set(shortName(name), `${name} is being started`);
    try {
      const { signal } = failed;
      running.set(name, await supervise(begin, { name, log, onState, signal, isPassing }));
    } catch (error) {
      failed.abort();
      throw error;
    }
    note();
    tellGateway();
  };
  const group = (parts: readonly Part[]): Promise<void>[] => {
    const starting = parts.map(start);
    stops.add(parts.map(({ name }) => name).join(', '), async () => {
      await Promise.allSettled(starting);
      await Promise.all(parts.map(async ({ name }) => running.get(name)?.stop()));
    });
    return starting;
  };
  const workerParts = workers.map((own) => workerPart(own, workers.length));
  const asking = { ...withoutKeys(config), modelServerKeys: config.modelServerKeys };
  await Promise.all([
    ...group(workerParts),
    ...group([
      servicePart('trainer', { ...withoutKeys(config), workerSecret: config.workerSecret }),
      { ...servicePart('ingest', atPlace(asking, 1)), memory: ingestMemory },
      servicePart('evaluator', atPlace(asking, 2)),
    ]),
    ...group([
      {
        name: gatewayName,
        main: programs.gateway,
        // Started again it stays where its callers know it.
        config: () => ({
          ...{ ...config, workerSecret: null, modelServerKeys: null },
          port: portOf(gateway()) ?? config.port,
        }),
      },
    ]),
  ]);
  const pidOf = (name: string): number => running.get(name)?.current().pid ?? 0;
  return {
    url: gateway()?.url ?? '',
    pids: () => new Map([...running.keys()].map((name) => [shortName(name), pidOf(name)])),
    workerPids: () =>
      new Map(
        workers.map(({ workerId }, index) => [workerId, pidOf(workerParts[index]?.name ?? '')]),
      ),
  };
}

/** The configuration of the part whose health and metrics are at this place in the row of ports. */
export function atPlace(config: Config, place: number): Config {
  const { healthPort } = config;
  return { ...config, healthPort: healthPort === null ? null : healthPort + place };
}

/** A configuration with the secrets that every part needs: those of NATS and of the store. */
function withoutKeys(config: Config): Config {
  return {
    ...{ ...config, apiKey: null, apiKeys: null, metricsKey: null },
    ...{ workerSecret: null, modelServerKeys: null },
  };
}

function servicePart(id: 'trainer' | 'ingest' | 'evaluator', own: Config): Part {
  return { name: `the ${id}`, main: programs[id], config: () => own };
}

function workerPart(own: Config, count: number): Part {
  const kept = { ...withoutKeys(own), workerSecret: own.workerSecret };
  const name = count > 1 ? `the worker ${own.workerId}` : 'the worker';
  return { name, main: programs.worker, config: () => kept };
}

/** `the trainer` as a key. */
function shortName(name: string): string {
  return name.replace(/^the /, '');
}

function portOf(gateway: ServiceProcess | undefined): number | undefined {
  return gateway?.url === undefined ? undefined : Number(new URL(gateway.url).port || 80);
}
