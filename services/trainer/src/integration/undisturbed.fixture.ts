import type { JobRecord } from '@lathe/contracts/job/record';
import { expect } from 'vitest';
import { readManifest } from '../manifest.ts';
import type { Cluster } from './cluster.fixture.ts';
import { weightAfter } from './slow-engine-math.fixture.ts';

/** The training is done and the job waits for its evaluation. */
export const trained = (job: JobRecord): boolean => job.stage === 'evaluate';

/** So many steps were reported in the record. */
export const atStep = (step: number) => (job: JobRecord) => (job.progress?.step ?? 0) >= step;

/** Fails unless the model is that of an undisturbed run and every step was reported once. */
export async function expectUndisturbed(
  cluster: Cluster,
  job: JobRecord,
  steps = 20,
): Promise<void> {
  const manifest = await readManifest(cluster.artifacts, job.checkpointKey ?? '');
  const key = manifest.model['adapter_config.json']?.key ?? '';
  const text = Buffer.concat(await Array.fromAsync(cluster.artifacts.get(key))).toString('utf8');
  expect(JSON.parse(text).weight).toBe(weightAfter(steps));
  const events = await cluster.events(job.id);
  const reported = events.filter(({ name }) => name === 'metrics').map(({ data }) => data.step);
  expect(reported).toEqual(Array.from({ length: steps }, (_, index) => index + 1));
  expect(job.trainedTokens).toBe(steps * 16);
}

/** What happened to the job, in order. */
export async function eventNames(cluster: Cluster, id: string): Promise<string[]> {
  return (await cluster.events(id)).map(({ name }) => name);
}
