import { datasetPrefix, datasetsPrefix } from '@lathe/contracts/artifact/key';
import type { ArtifactStore } from '@lathe/platform/artifacts/port';
import type { Logger } from '@lathe/platform/log';
import { deleteOtherAttempts } from '../other-attempts.ts';

/** One ingest's try to make the dataset of a job. */
type Attempt = { readonly project: string; readonly jobId: string; readonly id: string };
type Ports = { readonly artifacts: ArtifactStore; readonly log: Logger };

/** Removes what an attempt has written of a dataset that the job does not name: it holds rows, and the job may be erased by now. */
export function forgetAttempt(
  { artifacts, log }: Ports,
  { project, jobId, id }: Attempt,
): Promise<void> {
  return artifacts
    .deletePrefix(datasetPrefix(project, jobId, id))
    .catch((error: unknown) => warn(log, jobId, error));
}

/** Removes what attempts left behind beside the one whose dataset the job names: those of an ingest that was killed, or was slower. */
export async function forgetOtherAttempts(
  { artifacts, log }: Ports,
  { project, jobId, id }: Attempt,
): Promise<void> {
  const kept = datasetPrefix(project, jobId, id);
  await deleteOtherAttempts(artifacts, datasetsPrefix(project, jobId), kept).catch(
    (error: unknown) => warn(log, jobId, error),
  );
}

function warn(log: Logger, jobId: string, error: unknown): void {
  log.warn({ err: error, jobId }, 'a dataset that no job names is left in the artifact store');
}
