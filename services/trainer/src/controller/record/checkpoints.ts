import type { CheckpointManifest } from '@lathe/contracts/artifact/checkpoint';
import { jobPrefix } from '@lathe/contracts/artifact/key';
import { newId } from '@lathe/contracts/id';
import { baseModelOf, type JobRecord } from '@lathe/contracts/job/record';
import { tunedModelName } from '@lathe/contracts/record/model';
import { checkpointKey, modelKey } from '@lathe/contracts/subject';
import type { ArtifactStore } from '@lathe/platform/artifacts/port';
import { ConflictError, type RecordStore } from '@lathe/platform/records/port';
import { checkpointStep, readManifest, soundManifest, wholeManifest } from '../../manifest.ts';
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
    // One that was removed since it was listed is neither.
    if (manifest === null && (await artifacts.stat(key)) !== null)
      damaged.push({ manifestKey: key, problem: 'its manifest cannot be read' });
    else if (manifest === null) continue;
    else if (step > newest) {
      const published = Object.keys(manifest.model).length > 0;
      whole.push({ manifestKey: key, step, published });
    }
  }
  return { whole, damaged };
}

/** The manifest keys of the checkpoints that the job can go on from, oldest step first. */
export async function keysWithState(artifacts: ArtifactStore, job: JobRecord): Promise<string[]> {
  const keys: string[] = [];
  for (const { key } of await manifestsAfter(artifacts, job, 0)) {
    const manifest = await soundManifest(artifacts, key);
    if (manifest !== null && Object.keys(manifest.state).length > 0) keys.push(key);
  }
  return keys;
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
 * it again changes nothing, unless what an earlier run published is not whole any more. Returns the model's name.
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
  await createOrMend(ports, ports.checkpoints, checkpointKey(project, jobId, step), {
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
  await createOrMend(ports, ports.models, modelKey(project, model.name), {
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
}

/**
 * Creates a record that names a checkpoint. Where a run before this one has made it, its files are the same too and it
 * stays, unless they are not all there any more.
 */
async function createOrMend<T extends object>(
  { artifacts }: Pick<ControllerPorts, 'artifacts'>,
  records: RecordStore<T>,
  key: string,
  record: T & { readonly manifestKey: string },
): Promise<void> {
  try {
    await records.create(key, record);
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error;
    const earlier: { readonly manifestKey?: string } = (await records.get(key))?.value ?? {};
    if (earlier.manifestKey === undefined || earlier.manifestKey === record.manifestKey) return;
    if ((await wholeManifest(artifacts, earlier.manifestKey)) === null)
      await records.put(key, record);
  }
}

/** Where the checkpoints of a job lie. */
export function checkpointsFolder({ project, id }: JobRecord): string {
  return `${jobPrefix(project, id)}/checkpoints`;
}
