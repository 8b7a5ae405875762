import { setTimeout as sleep } from 'node:timers/promises';
import { baseModelOf } from '@lathe/contracts/job/record';
import type { WorkerRecord } from '@lathe/contracts/record/worker';
import { canTell } from '@lathe/platform/pool/place';
import type { ControllerPorts } from '../ports.ts';
import type { OwnedJob } from '../record/owned-job.ts';
import { runQuestion } from '../workers/start-request.ts';
import { WorkerError } from '../workers/worker-client.ts';

import { isAway } from './waiting.ts';

/**
 * Asks workers that have the job's base model what its run would need, one after the other and those that join
 * meanwhile, until one tells, and keeps the answer in the record. Throws NotOursError, and when the signal aborts.
 */
export async function learnMemory(
  ports: ControllerPorts,
  job: OwnedJob,
  signal: AbortSignal,
): Promise<number> {
  for (;;) {
    let isAsked = false;
    for (const worker of ports.workers.alive()) {
      if (!canTell(worker, baseModelOf(job.record))) continue;
      isAsked = true;
      try {
        const memoryBytes = await ask(ports, job, worker);
        await job.change(() => ({ memoryBytes }));
        return memoryBytes;
      } catch (error) {
        if (!(error instanceof WorkerError) && !isAway(error)) throw error;
        const { record } = job;
        const told = { err: error, jobId: record.id, worker: worker.id };
        ports.log.warn(told, 'a worker did not tell what a job needs; trying again');
      }
    }
    const { placeMs } = ports.settings;
    // Many jobs may ask the same workers, which announce themselves often.
    await (isAsked ? sleep(placeMs, undefined, { signal }) : ports.workers.changed(placeMs));
    signal.throwIfAborted();
  }
}

async function ask(
  { dial }: ControllerPorts,
  { record }: OwnedJob,
  { address }: WorkerRecord,
): Promise<number> {
  const question = runQuestion(record);
  const client = dial(address);
  try {
    return await client.estimate(question);
  } finally {
    client.close();
  }
}
