import type { CheckpointManifest } from '@lathe/contracts/artifact/checkpoint';
import { jobPrefix, startPrefix } from '@lathe/contracts/artifact/key';
import { newId } from '@lathe/contracts/id';
import { baseModelOf, type JobRecord } from '@lathe/contracts/job/record';
import { tunedModelName } from '@lathe/contracts/record/model';
import { checkpointKey, modelKey } from '@lathe/contracts/subject';
import type { ArtifactStore } from '@lathe/platform/artifacts/port';
import { ConflictError } from '@lathe/platform/records/port';
import { checkpointStep, readManifest, soundManifest } from '../../manifest.ts';
import type { ControllerPorts } from '../ports.ts';

/**
 * The newest whole checkpoint that a run can resume from, or null. The store is asked as well as
 * the record, because a worker may have saved after the controller lost sight of it; every run of a
 * job takes the same steps, so any run's state will do.
 */
export async function newestCheckpoint(
  artifacts: ArtifactStore,
  job: JobRecord,
): Promise<string | null> {
  for (const { key } of (await manifestsAfter(artifacts, job, 0)).toReversed()) {
    const manifest = await soundManifest(artifacts, key);
    if (manifest !== null && Object.keys(manifest.state).length > 0) return key;
  }
  return null;
}

/** What the record does not say yet of the checkpoints in the store, in their order. */
export async function untoldCheckpoints(
  artifacts: ArtifactStore,
  job: JobRecord,
): Promise<{
  /** Whole ones that are newer than the one in the record. */
  readonly whole: { manifestKey: string; step: number; published: boolean }[];
  /** Those from the record's one on whose manifest cannot be read. */
  readonly damaged: { manifestKey: string; problem: string }[];
}> {
  const newest = checkpointStep(job.checkpointKey);
  const whole: { manifestKey: string; step: number; published: boolean }[] = [];
  const damaged: { manifestKey: string; problem: string }[] = [];
  for (const { key, step } of await manifestsAfter(artifacts, job, Math.max(0, newest - 1))) {
    const manifest = await soundManifest(artifacts, key);
    if (manifest === null)
      damaged.push({ manifestKey: key, problem: 'its manifest cannot be read' });
    else if (step > newest) {
      const published = Object.keys(manifest.model).length > 0;
      whole.push({ manifestKey: key, step, published });
    }
  }
  return { whole, damaged };
}

/** The manifest keys of all checkpoints of the job, oldest step first. */
export async function checkpointKeys(artifacts: ArtifactStore, job: JobRecord): Promise<string[]> {
  return (await manifestsAfter(artifacts, job, 0)).map(({ key }) => key);
}

async function manifestsAfter(artifacts: ArtifactStore, job: JobRecord, afterStep: number) {
  const found: { key: string; step: number }[] = [];
  for await (const { key } of artifacts.list(checkpointsFolder(job))) {
    const step = checkpointStep(key);
    if (step > afterStep) found.push({ key, step });
  }
  return found.sort((a, b) => a.step - b.step);
}

/**
 * Makes a published checkpoint known: its record, and its model under the name with its step. Doing
 * it again changes nothing. Returns the model's name.
 */
export async function publishCheckpoint(
  ports: ControllerPorts,
  job: JobRecord,
  manifestKey: string,
): Promise<{ readonly model: string; readonly manifest: CheckpointManifest }> {
  const manifest = await readManifest(ports.artifacts, manifestKey);
  const { step, metrics } = manifest;
  const { project, id: jobId } = job;
  const names = { base: baseModelOf(job), project, suffix: job.suffix, jobId };
  const model = tunedModelName({ ...names, step });
  await registerModel(ports, job, { name: model, manifestKey, manifest });
  try {
    await ports.checkpoints.create(checkpointKey(project, jobId, step), {
      version: 1,
      id: newId('checkpoint'),
      project,
      jobId,
      createdAt: Math.floor(ports.now() / 1000),
      step,
      model,
      manifestKey,
      metrics,
    });
  } catch (error) {
    // A run before this one has published the same step; its files are the same too.
    if (!(error instanceof ConflictError)) throw error;
  }
  return { model, manifest };
}

/** Makes a model callable by its name. Doing it again changes nothing. */
export async function registerModel(
  ports: ControllerPorts,
  job: JobRecord,
  model: {
    readonly name: string;
    readonly manifestKey: string;
    readonly manifest: CheckpointManifest;
  },
): Promise<void> {
  const { project, id: jobId } = job;
  try {
    await ports.models.create(modelKey(project, model.name), {
      version: 1,
      kind: model.manifest.kind,
      name: model.name,
      project,
      createdAt: Math.floor(ports.now() / 1000),
      base: baseModelOf(job),
      jobId,
      step: model.manifest.step,
      manifestKey: model.manifestKey,
      ...(model.manifest.text && { text: model.manifest.text }),
      ...(model.manifest.task && { task: model.manifest.task }),
    });
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error;
  }
}

/** Where checkpoints are removed, and where it is said: what is gone cannot be asked any more. */
export type TidyPorts = Pick<ControllerPorts, 'artifacts' | 'log'>;

/**
 * Removes every training state of the job, what was left of others half stored, and its copy of what it started from:
 * nobody will resume it.
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
    log.info({ jobId: job.id, folder }, 'removed a checkpoint that was never whole');
    await artifacts.deletePrefix(folder);
  }
  for (const key of manifests) await removeState(ports, key);
  if (job.start !== undefined) await artifacts.deletePrefix(startPrefix(job.project, job.id));
}

/**
 * Removes one checkpoint's training state, because newer ones stand or it is damaged. A checkpoint with a model stays
 * without its state; one without, or whose manifest cannot be read, goes altogether. One that is gone is fine.
 */
export async function removeState(
  { artifacts, log }: TidyPorts,
  manifestKey: string,
): Promise<void> {
  if ((await artifacts.stat(manifestKey)) === null) return;
  const manifest = await soundManifest(artifacts, manifestKey);
  const folder = manifestKey.slice(0, manifestKey.lastIndexOf('/'));
  if (manifest === null || Object.keys(manifest.model).length === 0) {
    log.info({ manifestKey, isDamaged: manifest === null }, 'removed a checkpoint without a model');
    // The manifest first: without it the rest is invisible.
    await artifacts.delete(manifestKey);
    await artifacts.deletePrefix(folder);
  } else if (Object.keys(manifest.state).length > 0) {
    const bare: CheckpointManifest = { ...manifest, state: {} };
    await artifacts.put(manifestKey, Buffer.from(JSON.stringify(bare)));
    await artifacts.deletePrefix(`${folder}/state`);
  }
}

function checkpointsFolder({ project, id }: JobRecord): string {
  return `${jobPrefix(project, id)}/checkpoints`;
}
