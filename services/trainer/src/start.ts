import { jobRecordSchema } from '@lathe/contracts/job/record';
import { checkpointRecordSchema } from '@lathe/contracts/record/checkpoint';
import { fileRecordSchema } from '@lathe/contracts/record/file';
import { modelRecordSchema } from '@lathe/contracts/record/model';
import { workerRecordSchema } from '@lathe/contracts/record/worker';
import { buckets } from '@lathe/contracts/subject';
import { measuredStore } from '@lathe/platform/artifacts/measured';
import { openArtifacts } from '@lathe/platform/artifacts/open';
import type { Config } from '@lathe/platform/config';
import { startHealthServer } from '@lathe/platform/health';
import { createLogger } from '@lathe/platform/log';
import { createMetrics } from '@lathe/platform/metrics';
import { connectNats } from '@lathe/platform/nats/connection';
import { consumeDeadLetters } from '@lathe/platform/nats/dead-letters';
import { publishEvents } from '@lathe/platform/nats/events';
import { measureQueues } from '@lathe/platform/nats/queue-metrics';
import { ensureStreams } from '@lathe/platform/nats/setup';
import { consumeWork, publishWork } from '@lathe/platform/nats/work';
import { readStageQueue, removeWork } from '@lathe/platform/nats/work-queue';
import { artifactsCheck, natsCheck } from '@lathe/platform/ready-checks';
import { openRecords } from '@lathe/platform/records/kv';
import { createStopList, type Stoppable } from '@lathe/platform/shutdown';
import { createTrainWork } from './controller/drive/train-work.ts';
import { dialWorker } from './controller/drive/worker-client.ts';
import { measureJobs, measureWorkers } from './controller/metrics.ts';
import { createPlacement } from './controller/place/placement.ts';
import { createAdmission } from './controller/place/worker-admission.ts';
import { watchWorkers } from './controller/place/worker-board.ts';
import type { ControllerPorts } from './controller/ports.ts';
import { watchJobs } from './controller/record/job-board.ts';
import { jobEvent } from './controller/record/job-events.ts';
import { type ControllerSettings, controllerSettings } from './controller/settings.ts';
import { failDead, failWork } from './controller/sweep/dead-letters.ts';
import { reconcile } from './controller/sweep/reconcile.ts';
import { createSweep, keepSweeping } from './controller/sweep/sweep.ts';
import { readWorkerSecurity } from './security/worker-security.ts';

/** Starts the controller: it takes training work from the queue and drives workers. */
export async function start(
  config: Config,
  settings: ControllerSettings = controllerSettings(config),
): Promise<Stoppable> {
  const log = createLogger(config, 'trainer');
  const metrics = createMetrics('trainer', {
    onFailure: (error) => log.warn({ err: error }, 'a metric could not be looked up'),
  });
  const parts = createStopList(log);
  try {
    const security = await readWorkerSecurity(config);
    const nats = await connectNats({
      url: config.natsUrl ?? 'nats://127.0.0.1:4222',
      name: 'lathe-trainer',
      log,
      requestTimeoutMs: config.requestTimeoutMs,
      metrics,
    });
    parts.add('NATS', () => nats.close());
    await ensureStreams(nats, config);
    const stopping = new AbortController();
    const { signal } = stopping;
    const jobs = await openRecords(nats, buckets.jobs, jobRecordSchema);
    const workerRecords = await openRecords(nats, buckets.workers, workerRecordSchema);
    const files = await openRecords(nats, buckets.files, fileRecordSchema);
    const models = await openRecords(nats, buckets.models, modelRecordSchema);
    const checkpoints = await openRecords(nats, buckets.checkpoints, checkpointRecordSchema);
    const artifacts = measuredStore(await openArtifacts(config), metrics);
    const workers = watchWorkers(workerRecords, signal, createAdmission(security, log));
    const jobBoard = watchJobs(jobs, signal, (record) => {
      reconcile(ports, record).catch((error: unknown) =>
        log.error({ err: error, jobId: record.id }, 'a change of a job could not be followed up'),
      );
    });
    const ports: ControllerPorts = {
      jobs,
      files,
      models,
      checkpoints,
      artifacts,
      workers,
      jobBoard,
      dial: (address) => dialWorker(address, security),
      emit: async (job, ...events) => {
        for (const event of events) {
          const level = event.type === 'metrics' ? 'debug' : (event.level ?? 'info');
          log[level]({ jobId: job.id, epoch: job.epoch, event: event.name }, event.message);
        }
        const nowMs = Date.now();
        const named = events.map((event) => ({
          event: jobEvent(job, event, nowMs),
          dedupeId: event.dedupeId,
        }));
        await publishEvents(nats, named);
      },
      queue: ({ project, id, requestId }, stage, { epoch, copy }) =>
        publishWork(nats, stage, { version: 1, project, jobId: id, epoch, requestId }, copy),
      now: () => Date.now(),
      settings,
      log,
    };
    measureQueues(nats, metrics);
    measureJobs(jobs, metrics);
    measureWorkers(workers, metrics);
    const { handle, isHeld } = createTrainWork(ports, createPlacement(ports));
    const working = consumeWork(nats, 'train', handle, {
      concurrency: settings.concurrency,
      heldLong: true,
      signal,
      onFailure: (message, error) => failWork(ports, message, error),
    });
    const burying = consumeDeadLetters(nats, (letter) => failDead(ports, letter), signal);
    const sweep = createSweep({
      ...ports,
      isHeld,
      readQueue: (stage) => readStageQueue(nats, stage),
      removeWork: (sequence) => removeWork(nats, sequence),
    });
    const sweeping = keepSweeping(ports, sweep, signal);
    parts.add('work', async () => {
      stopping.abort(new Error('the controller is shutting down'));
      await Promise.all([working, burying, sweeping, workers.done, jobBoard.done]);
    });
    if (config.healthPort !== null) {
      const health = await startHealthServer({
        host: config.host,
        port: config.healthPort,
        metrics,
        checks: {
          nats: natsCheck(nats),
          artifacts: artifactsCheck(artifacts),
        },
      });
      parts.add('health', () => health.stop());
    }
    log.info('the controller is ready');
    return { stop: () => parts.stop() };
  } catch (error) {
    await parts.stop().catch(() => undefined);
    throw error;
  }
}
