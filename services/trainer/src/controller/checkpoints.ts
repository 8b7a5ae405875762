import {
  type CheckpointManifest,
  checkpointManifestSchema,
} from '@lathe/contracts/artifact/checkpoint';
import { jobPrefix, startPrefix } from '@lathe/contracts/artifact/key';
import { newId } from '@lathe/contracts/id';
import { baseModelOf, type JobRecord } from '@lathe/contracts/job/record';
import { tunedModelName } from '@lathe/contracts/record/model';
import { checkpointKey, modelKey } from '@lathe/contracts/subject';
import type { ArtifactStore } from '@lathe/platform/artifacts/port';
import { ConflictError } from '@lathe/platform/records/port';
import type { ControllerPorts } from './ports.ts';

/** Reads a checkpoint's manifest. Throws when it is missing or no manifest. */
export async function readManifest(
  artifacts: ArtifactStore,
  key: string,
): Promise<CheckpointManifest> {
  const chunks = await Array.fromAsync(artifacts.get(key));
  return checkpointManifestSchema.parse(JSON.parse(Buffer.concat(chunks).toString('utf8')));
}

/**
 * The newest whole checkpoint that a run can resume from, or null. The store is asked as well as
 * the record, because a worker may have saved after the controller lost sight of it; every run of a
 * job takes the same steps, so any run's state will do.
 */
export async function newestCheckpoint(
  artifacts: ArtifactStore,
  job: JobRecord,
): Promise<string | null> {
  const found = await manifestsAfter(artifacts, job, 0);
  for (const { key } of found.toReversed())
    if (Object.keys((await readManifest(artifacts, key)).state).length > 0) return key;
  return null;
}

/** Whole checkpoints that are newer than the one in the record, in their order: nobody told of them. */
export async function untoldCheckpoints(
  artifacts: ArtifactStore,
  job: JobRecord,
): Promise<{ manifestKey: string; step: number; published: boolean }[]> {
  const found = await manifestsAfter(artifacts, job, checkpointStep(job.checkpointKey));
  return Promise.all(
    found.map(async ({ key, step }) => {
      const { model } = await readManifest(artifacts, key);
      return { manifestKey: key, step, published: Object.keys(model).length > 0 };
    }),
  );
}

async function manifestsAfter(artifacts: ArtifactStore, job: JobRecord, afterStep: number) {
  const found: { key: string; step: number }[] = [];
  for await (const { key } of artifacts.list(checkpointsFolder(job))) {
    const step = checkpointStep(key);
    if (step > afterStep) found.push({ key, step });
  }
  return found.sort((a, b) => a.step - b.step);
}

/** The step that a checkpoint manifest's key names; 0 for none. */
export function checkpointStep(manifestKey: string | null): number {
  return Number(/-(\d{9})\/manifest\.json$/.exec(manifestKey ?? '')?.[1] ?? 0);
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
    });
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error;
  }
}

/** Removes every training state of the job and its copy of what it started from: nobody will resume it. */
export async function removeStates(artifacts: ArtifactStore, job: JobRecord): Promise<void> {
  const keys: string[] = [];
  for await (const { key } of artifacts.list(checkpointsFolder(job)))
    if (key.endsWith('/manifest.json')) keys.push(key);
  for (const key of keys) await removeState(artifacts, key);
  if (job.start !== undefined) await artifacts.deletePrefix(startPrefix(job.project, job.id));
}

/**
 * Removes one checkpoint's training state, because a newer one stands. A checkpoint with a model stays
 * without its state; one without goes altogether. A checkpoint that is gone is fine.
 */
export async function removeState(artifacts: ArtifactStore, manifestKey: string): Promise<void> {
  if ((await artifacts.stat(manifestKey)) === null) return;
  const manifest = await readManifest(artifacts, manifestKey);
  const folder = manifestKey.slice(0, manifestKey.lastIndexOf('/'));
  if (Object.keys(manifest.model).length === 0) {
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
