import {
  type CheckpointManifest,
  checkpointManifestSchema,
} from '@lathe/contracts/artifact/checkpoint';
import { baseStatesPrefix, startPrefix } from '@lathe/contracts/artifact/key';
import { baseModelOf, isResumable, type JobRecord } from '@lathe/contracts/job/record';
import { isTerminal } from '@lathe/contracts/job/state';
import { tunedModelName } from '@lathe/contracts/record/model';
import { checkpointKey, modelKey, recordKey } from '@lathe/contracts/subject';
import { writeJson } from '@lathe/platform/artifacts/write-json';
import { checkpointStep, soundManifest } from '../../manifest.ts';
import type { ControllerPorts } from '../ports.ts';
import { checkpointsFolder } from './checkpoints.ts';

/** Where checkpoints are removed, what may name them, and where it is said: what is gone cannot be asked any more. */
export type TidyPorts = Pick<
  ControllerPorts,
  'artifacts' | 'jobs' | 'models' | 'checkpoints' | 'log'
>;

/**
 * Removes every training state of the job, what its runs kept beside them, what was left of others half stored, and its copy
 * of what it started from: nobody will resume it. What a record names stays.
 */
export async function removeStates(ports: TidyPorts, job: JobRecord): Promise<void> {
  const { artifacts, log } = ports;
  const manifests = new Set<string>();
  const folders = new Set<string>();
  const all = `${checkpointsFolder(job)}/`;
  for await (const { key } of artifacts.list(checkpointsFolder(job))) {
    folders.add(all + (key.slice(all.length).split('/')[0] ?? ''));
    if (key.endsWith('/manifest.json')) manifests.add(key);
  }
  // Without a manifest: the worker that stored it came to no end. It is looked for again, since one may have come meanwhile.
  for (const folder of folders) {
    const manifest = `${folder}/manifest.json`;
    if (manifests.has(manifest) || (await artifacts.stat(manifest)) !== null) continue;
    if (await isNamed(ports, job, manifest)) continue;
    log.info({ jobId: job.id, folder }, 'removed a checkpoint that was never whole');
    await artifacts.deletePrefix(folder);
  }
  for (const key of manifests) await removeState(ports, job, key);
  await artifacts.deletePrefix(baseStatesPrefix(job.project, job.id));
  if (job.start !== undefined) await artifacts.deletePrefix(startPrefix(job.project, job.id));
}

/**
 * Removes one checkpoint's training state, because newer ones stand or it is damaged. A checkpoint with a model stays
 * without its state; one without, or whose manifest cannot be read, goes altogether, unless a record names it. One that
 * is gone is fine.
 */
export async function removeState(
  ports: TidyPorts,
  job: JobRecord,
  manifestKey: string,
): Promise<void> {
  const { artifacts, log } = ports;
  if ((await artifacts.stat(manifestKey)) === null) return;
  const manifest = await soundManifest(artifacts, manifestKey);
  const folder = manifestKey.slice(0, manifestKey.lastIndexOf('/'));
  if (manifest === null || Object.keys(manifest.model).length === 0) {
    const isDamaged = manifest === null;
    if (await isNamed(ports, job, manifestKey))
      return log.warn({ manifestKey, isDamaged }, 'a record names a checkpoint without a model');
    log.info({ manifestKey, isDamaged }, 'removed a checkpoint without a model');
    // The manifest first: without it the rest is invisible.
    await artifacts.delete(manifestKey);
    await artifacts.deletePrefix(folder);
  } else if (Object.keys(manifest.state).length > 0) {
    const bare: CheckpointManifest = { ...manifest, state: {} };
    await writeJson(artifacts, manifestKey, checkpointManifestSchema, bare);
    await artifacts.deletePrefix(`${folder}/state`);
  }
}

/**
 * Whether a record needs the checkpoint: the job's own, as its result or to go on from, or that of a model. Only the
 * erasure by its owner, which takes the records along, may delete it then.
 */
async function isNamed(ports: TidyPorts, job: JobRecord, manifestKey: string): Promise<boolean> {
  const { project, id: jobId, suffix } = job;
  const record = (await ports.jobs.get(recordKey(project, jobId)))?.value;
  if (record?.checkpointKey === manifestKey && needsCheckpoint(record)) return true;
  const step = checkpointStep(manifestKey);
  const published = await ports.checkpoints.get(checkpointKey(project, jobId, step));
  if (published?.value.manifestKey === manifestKey) return true;
  const names = { base: baseModelOf(job), project, suffix, jobId };
  for (const name of [tunedModelName(names), tunedModelName({ ...names, step })]) {
    const model = (await ports.models.get(modelKey(project, name)))?.value;
    if (model !== undefined && model.kind !== 'base' && model.manifestKey === manifestKey)
      return true;
  }
  return false;
}

/** Whether the checkpoint in a job's record is its result, or what a run of it goes on from. */
function needsCheckpoint(record: JobRecord): boolean {
  return !isTerminal(record.state) || record.fineTunedModel !== null || isResumable(record);
}
