import { checkpointManifestSchema } from '@lathe/contracts/artifact/checkpoint';
import type { ObjectRef } from '@lathe/contracts/artifact/dataset';
import { LatheError } from '@lathe/contracts/error';
import type { JobRecord } from '@lathe/contracts/job/record';
import type { ArtifactStore } from '@lathe/platform/artifacts/port';
import { findJson } from '@lathe/platform/artifacts/read-json';

/** The files of the model that a job made: a PEFT adapter or a whole Hugging Face folder. */
export type ModelFiles = {
  readonly kind: 'adapter' | 'merged';
  readonly base: string;
  /** Path within the folder to its object. */
  readonly files: ReadonlyMap<string, ObjectRef>;
};

/** The model folder of a finished job. Throws `not_found` while there is none. */
export async function modelFiles(artifacts: ArtifactStore, job: JobRecord): Promise<ModelFiles> {
  const manifest =
    job.state === 'succeeded' && job.checkpointKey !== null
      ? await findJson(artifacts, job.checkpointKey, checkpointManifestSchema)
      : null;
  if (manifest === null)
    throw new LatheError('not_found', `The job ${job.id} is ${job.state} and has no model.`);
  return {
    kind: manifest.kind,
    base: manifest.baseModel,
    files: new Map(Object.entries(manifest.model)),
  };
}

/** One file of the folder; its name is only looked up, never a path. Throws `not_found`. */
export function modelFile({ files }: ModelFiles, name: string): ObjectRef {
  const found = files.get(name);
  if (found === undefined)
    throw new LatheError(
      'not_found',
      `The model has no file "${name}"; it has ${[...files.keys()].join(', ')}.`,
    );
  return found;
}
