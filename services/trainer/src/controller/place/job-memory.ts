import { setTimeout as sleep } from 'node:timers/promises';
import { baseModelOf, type JobRecord } from '@lathe/contracts/job/record';
import type { JobNeeds } from '@lathe/contracts/message/job-needs';
import type { WorkerRecord } from '@lathe/contracts/record/worker';
import { canTell } from '@lathe/platform/pool/place';
import type { ControllerPorts } from '../ports.ts';
import { keptStates } from '../record/kept-states.ts';
import type { OwnedJob } from '../record/owned-job.ts';
import { runQuestion } from '../workers/start-request.ts';
import { type RunNeeds, WorkerError } from '../workers/worker-client.ts';

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
    const { isAsked, told } = await askWorkers(ports, job.record);
    if (told !== undefined) {
      const { memoryBytes } = told;
      await job.change(() => ({ memoryBytes }));
      return memoryBytes;
    }
    const { placeMs } = ports.settings;
    // Many jobs may ask the same workers, which announce themselves often.
    await (isAsked ? sleep(placeMs, undefined, { signal }) : ports.workers.changed(placeMs));
    signal.throwIfAborted();
  }
}

type AskPorts = Pick<ControllerPorts, 'workers' | 'dial' | 'log'>;

/** What a worker tells that a job would need; nulls where none tells, and of a run that cannot be planned, which says why itself. */
export async function toldNeeds(ports: AskPorts, record: JobRecord): Promise<JobNeeds> {
  const { told } = await askWorkers(ports, record);
  if (told === undefined || told.memoryBytes === 0) return { memoryBytes: null, files: null };
  const { memoryBytes, modelBytes: model, stateBytes, sharedStateBytes } = told;
  // A worker of before it was told names no sizes.
  const files =
    model === 0
      ? null
      : { model, state: stateBytes, states: keptStates * stateBytes + sharedStateBytes };
  return { memoryBytes, files };
}

/** Asks the workers that have the job's base model once, one after the other, until one tells: and whether there was one to ask. */
async function askWorkers(
  ports: AskPorts,
  record: JobRecord,
): Promise<{ readonly isAsked: boolean; readonly told?: RunNeeds }> {
  const workers = ports.workers.alive().filter((one) => canTell(one, baseModelOf(record)));
  for (const worker of workers) {
    try {
      return { isAsked: true, told: await ask(ports, record, worker) };
    } catch (error) {
      if (!(error instanceof WorkerError) && !isAway(error)) throw error;
      const told = { err: error, jobId: record.id, worker: worker.id };
      ports.log.warn(told, 'a worker did not tell what a job needs');
    }
  }
  return { isAsked: workers.length > 0 };
}

async function ask(
  { dial }: Pick<ControllerPorts, 'dial'>,
  record: JobRecord,
  { address }: WorkerRecord,
): Promise<RunNeeds> {
  const question = runQuestion(record);
  const client = dial(address);
  try {
    return await client.estimate(question);
  } finally {
    client.close();
  }
}
