import { jobEvent } from '@lathe/contracts/message/event';
import type { Config } from '@lathe/platform/config';
import { consumeDeadLetters } from '@lathe/platform/nats/dead-letters';
import { publishEvents } from '@lathe/platform/nats/events';
import { answerNeeds } from '@lathe/platform/nats/needs-questions';
import { measureQueues } from '@lathe/platform/nats/queue-metrics';
import { consumeWork, publishWork } from '@lathe/platform/nats/work';
import { readStageQueue, removeWork } from '@lathe/platform/nats/work-queue';
import { openAllRecords } from '@lathe/platform/records';
import { openService } from '@lathe/platform/service';
import type { Stoppable } from '@lathe/platform/shutdown';
import { createTrainWork } from './controller/drive/train-work.ts';
import { watchJobs } from './controller/job-board.ts';
import { measureJobs, measureWorkers } from './controller/metrics.ts';
import { toldNeeds } from './controller/place/job-memory.ts';
import { createPlacement } from './controller/place/placement.ts';
import type { ControllerPorts } from './controller/ports.ts';
import { type ControllerSettings, controllerSettings } from './controller/settings.ts';
import { failDead, failWork } from './controller/sweep/dead-letters.ts';
import { reconcile } from './controller/sweep/reconcile.ts';
import { createSweep, keepSweeping } from './controller/sweep/sweep.ts';
import { createAdmission } from './controller/workers/worker-admission.ts';
import { watchWorkers } from './controller/workers/worker-board.ts';
import { dialWorker } from './controller/workers/worker-client.ts';
import { readWorkerSecurity } from './security/worker-security.ts';

/** Starts the controller: it takes training work from the queue and drives workers. */
export async function start(
  config: Config,
  settings: ControllerSettings = controllerSettings(config),
): Promise<Stoppable> {
  const security = await readWorkerSecurity(config);
  return openService(config, { name: 'trainer' }, async (service) => {
    const { nats, metrics, artifacts, stops, log } = service;
    const stopping = new AbortController();
    const { signal } = stopping;
    const records = await openAllRecords(nats);
    const { jobs } = records;
    const workers = watchWorkers(records.workers, signal, createAdmission(security, log));
    const jobBoard = watchJobs(jobs, signal, (record) => {
      reconcile(ports, record).catch((error: unknown) =>
        log.error({ err: error, jobId: record.id }, 'a change of a job could not be followed up'),
      );
    });
    const ports: ControllerPorts = {
      ...records,
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
          dedupeId: event.dedupeId ?? `${event.name}:${job.epoch}`,
        }));
        await publishEvents(nats, named);
      },
      queue: ({ project, id, requestId }, stage, { epoch, copy }) =>
        publishWork(nats, stage, { version: 1, project, jobId: id, epoch, requestId }, copy),
      now: () => Date.now(),
      settings,
      log,
    };
    const memory = answerNeeds(nats.connection, (record) => toldNeeds(ports, record), log);
    stops.add('questions about memory', async () => memory.stop());
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
    stops.add('work', async () => {
      stopping.abort(new Error('the controller is shutting down'));
      await Promise.all([working, burying, sweeping, workers.done, jobBoard.done]);
    });
    await service.serveHealth();
    log.info('the controller is ready');
    return stops;
  });
}
