import { checkpointManifestSchema } from '@lathe/contracts/artifact/checkpoint';
import { startPrefix } from '@lathe/contracts/artifact/key';
import { LatheError } from '@lathe/contracts/error';
import type { JobRecord, JobStart } from '@lathe/contracts/job/record';
import { copyModel } from '@lathe/platform/artifacts/copy';
import { ArtifactError, type ArtifactStore } from '@lathe/platform/artifacts/port';
import { readJson } from '@lathe/platform/artifacts/read-json';

/**
 * Gives a job that goes on from a tuned model a copy of its files, so that the model may be deleted from now
 * on. Done again it finds the first copy. Throws `model_not_found` when the model was deleted before.
 */
export async function copyStart(
  artifacts: ArtifactStore,
  job: Pick<JobRecord, 'id' | 'project' | 'model'> & { readonly start: JobStart },
  { signal, progress }: { readonly signal: AbortSignal; readonly progress: () => void },
): Promise<JobStart> {
  const prefix = startPrefix(job.project, job.id);
  const manifestKey = `${prefix}/manifest.json`;
  if ((await artifacts.stat(manifestKey)) !== null) return { ...job.start, manifestKey };
  try {
    const manifest = await readJson(artifacts, job.start.manifestKey, checkpointManifestSchema);
    const onBytes = (): void => {
      signal.throwIfAborted();
      progress();
    };
    await copyModel(artifacts, manifest, { prefix, progress: onBytes });
    return { ...job.start, manifestKey };
  } catch (error) {
    if (!(error instanceof ArtifactError && error.problem === 'not_found')) throw error;
    throw new LatheError(
      'model_not_found',
      `The model '${job.model}' was deleted before the job could start from it.`,
      { param: 'model', cause: error },
    );
  }
}
