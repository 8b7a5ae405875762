import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { newId } from '@lathe/contracts/id';
import { withKeptMemory } from '@lathe/engine/allocator';
import { expectedProducts } from '@lathe/engine/expected-products';
import { checkModelFolders, listBaseModels } from '@lathe/platform/base-models';
import { childEnvironment } from '@lathe/platform/child-environment';
import type { Config } from '@lathe/platform/config';
import { inLogContext } from '@lathe/platform/log-context';
import { machineMemory } from '@lathe/platform/machine-memory';
import { openProcessFolder } from '@lathe/platform/process-folder';
import { openAllRecords } from '@lathe/platform/records';
import { openService } from '@lathe/platform/service';
import type { Stoppable } from '@lathe/platform/shutdown';
import { parseAddress } from '../security/address.ts';
import { checkListening, readWorkerSecurity } from '../security/worker-security.ts';
import { createEngines } from './engine/engine-process.ts';
import { createEstimates } from './engine/estimates.ts';
import { measuredEngine } from './engine/measured-engine.ts';
import { askGraderOver } from './run/grade-answers.ts';
import { type CountKills, countKills } from './run/out-of-memory.ts';
import { startRun } from './run/run.ts';
import { checkOwner } from './run/run-owner.ts';
import { createRuns } from './run/runs.ts';
import { type Announcer, announceWorker } from './serve/announce.ts';
import { answerEstimate } from './serve/answer-estimate.ts';
import { serveWorker } from './serve/grpc.ts';
import { type IdleWatch, watchIdle } from './serve/idle.ts';
import { localDevice, localVersions, reachableHost } from './serve/machine.ts';
import { type WorkerSettings, workerSettings } from './settings.ts';

export type WorkerHandle = Stoppable & {
  readonly id: string;
  /** Where others dial it, `host:port`. */
  readonly address: string;
  /** Resolves when it has had no run for LATHE_WORKER_IDLE_EXIT; never when that is 0. */
  readonly idle: Promise<void>;
};

export type WorkerOptions = {
  readonly settings?: WorkerSettings;
  /** The program of the engine process. */
  readonly engineProgram?: string;
  /** The program of the thread that estimates what runs need. */
  readonly estimateProgram?: URL;
  /** Counts the kills for lack of memory. */
  readonly countKills?: CountKills;
};

/** Starts a training worker: gRPC, announcement, and an engine process for each run. */
export async function startWorker(
  config: Config,
  options: WorkerOptions = {},
): Promise<WorkerHandle> {
  const settings = options.settings ?? workerSettings(config);
  const program =
    options.engineProgram ?? fileURLToPath(new URL('./engine/engine-child.ts', import.meta.url));
  const { estimateProgram = new URL('./engine/estimate-thread.ts', import.meta.url) } = options;
  await checkModelFolders(config.modelFolders);
  const security = await readWorkerSecurity(config);
  checkListening(config.workerAddress, security);
  const announced =
    config.workerAnnounce === null
      ? null
      : parseAddress(config.workerAnnounce, 'LATHE_WORKER_ANNOUNCE');
  const device = await localDevice(config.workerDevice, settings);
  const devices = [device];
  // A run on a card has to fit into its memory, too.
  const mostMemory = Math.min(machineMemory(), device.memoryBytes ?? Number.POSITIVE_INFINITY);
  const memoryBytes = config.workerMemoryBytes || mostMemory;
  const identity = { name: 'worker', connection: config.workerId };
  return openService(config, identity, async (service) => {
    const { nats, metrics, artifacts, stops, log } = service;
    const { jobs, workers } = await openAllRecords(nats);
    // The process before this one may still be storing what it saved.
    const workFolder = await openProcessFolder(join(config.dataFolder, 'work', config.workerId));
    stops.add('work folder', () => rm(workFolder, { recursive: true, force: true }));
    const engines = createEngines(
      program,
      settings.engine,
      withKeptMemory(childEnvironment(process.env, config.dataFolder)),
    );
    stops.add('engine processes', () => engines.stop());
    const startEngine = measuredEngine(engines.start, metrics);

    let announcer: Announcer | undefined;
    let idleWatch: IdleWatch | undefined;
    let asked = 0;
    const runs = createRuns({
      slots: config.workerSlots,
      memoryBytes,
      keepMs: settings.keepFinishedMs,
      onChange: () => {
        announcer?.refresh();
        idleWatch?.look();
      },
      start: (request) => {
        const attempt = newId('attempt');
        return inLogContext({ jobId: request.jobId, requestId: request.requestId }, () =>
          startRun(request, {
            preparation: {
              artifacts,
              modelFolders: config.modelFolders,
              folder: join(workFolder, attempt),
              device: device.kind,
              engineThreads: config.engineThreads,
              engineBinding: config.engineBinding,
              engineKernels: config.engineKernels,
              enginePadding: config.enginePadding,
              saveStateMs: settings.saveStateMs,
              stepBatchMs: settings.stepBatchMs,
              orphanMs: settings.orphanMs,
              restBytes: settings.restBytes,
            },
            startEngine,
            countKills: options.countKills ?? countKills,
            askGrader: askGraderOver(nats, settings.run.grading),
            settings: settings.run,
            log: log.child({ epoch: request.epoch }),
            now: () => performance.now(),
            owner: checkOwner({
              jobs,
              log,
              now: () => performance.now(),
              ownerPauseMs: settings.ownerPauseMs,
            }),
            attempt,
          }),
        );
      },
    });
    await service.serveHealth({
      work: async () => {
        if (runs.draining) return 'the worker drains';
        return announcer === undefined ? 'the worker is not announced yet' : null;
      },
    });
    const { modelFolders } = config;
    const offer = async () => (await listBaseModels(modelFolders)).map(({ name }) => ({ name }));
    const products = expectedProducts({
      binding: config.engineBinding,
      kernels: config.engineKernels,
      padding: config.enginePadding,
    });
    const estimates = createEstimates(estimateProgram, { log, products });
    stops.add('estimates', () => estimates.stop());
    const versions = localVersions();
    const server = await serveWorker(config.workerAddress, {
      runs,
      log,
      security,
      describe: async () => ({
        workerId: config.workerId,
        devices: devices.map((each) => ({ ...each, memoryBytes: each.memoryBytes ?? 0 })),
        versions,
        models: (await offer()).map(({ name }) => name),
      }),
      estimate: async (question) => {
        // Whoever asks may have a run to give.
        asked++;
        idleWatch?.look();
        try {
          return await answerEstimate(question, { artifacts, modelFolders, estimates });
        } finally {
          asked--;
          idleWatch?.look();
        }
      },
    });
    stops.add('gRPC', () => server.stop(settings.drainMs));
    const { host } = parseAddress(config.workerAddress, 'LATHE_WORKER_ADDRESS');
    const address =
      announced === null ? `${reachableHost(host)}:${server.port}` : (config.workerAnnounce ?? '');
    announcer = await announceWorker(
      { id: config.workerId, address, devices, memoryBytes, slots: config.workerSlots, versions },
      {
        workers,
        load: async () => ({
          models: await offer(),
          freeSlots: runs.freeSlots,
          draining: runs.draining,
          runs: runs.busy().map(({ request: { project, jobId, epoch, memoryBytes: bytes } }) => ({
            project,
            jobId,
            epoch,
            memoryBytes: bytes,
          })),
        }),
        secret: security.secret,
        heartbeatMs: settings.heartbeatMs,
        leaseMs: settings.leaseMs,
        log,
      },
    );
    // While its runs save, it announces that it drains.
    stops.add('announcement', () => announcer?.stop());
    stops.add('runs', () => runs.stop('the worker is shutting down'));
    stops.add('health', () => server.refuse());
    const watch = watchIdle(config.workerIdleExitMs, () => asked + runs.busy().length > 0);
    idleWatch = watch;
    stops.add('idle watch', () => watch.stop());
    log.info({ address, slots: config.workerSlots }, 'the worker is ready');
    return { id: config.workerId, address, idle: watch.idle, stop: () => stops.stop() };
  });
}
