import { join } from 'node:path';
import { jobPrefix } from '@lathe/contracts/artifact/key';
import { ArtifactError, type ArtifactStore } from '@lathe/platform/artifacts/port';
import { ZodError } from 'zod';
import { checkpointStep, readManifest } from '../../manifest.ts';
import { type FetchedState, fetchState } from './checkpoint-store.ts';

/** A checkpoint that cannot be resumed from, and why, for people. */
export type DamagedCheckpoint = { readonly manifestKey: string; readonly problem: string };

/** The state to resume from, if there is a sound one, and the newer checkpoints that were skipped. */
export type FoundState = {
  readonly manifestKey: string;
  readonly state: FetchedState | null;
  readonly damaged: readonly DamagedCheckpoint[];
};

/**
 * Brings the state of a checkpoint into `folder`, or of the next older one of the job that is whole and undamaged;
 * null when there is none. Throws when the store or this machine's disk fails.
 */
export async function findState(
  artifacts: ArtifactStore,
  wanted: { readonly project: string; readonly jobId: string; readonly manifestKey: string },
  folder: string,
): Promise<FoundState> {
  const damaged: DamagedCheckpoint[] = [];
  const older = await olderThan(artifacts, wanted);
  for (const manifestKey of [wanted.manifestKey, ...older])
    try {
      // Those that gave their state up for a newer one are no news.
      if (manifestKey !== wanted.manifestKey && !(await hasState(artifacts, manifestKey))) continue;
      const target = join(folder, `resume-${damaged.length}`);
      return { manifestKey, state: await fetchState(artifacts, manifestKey, target), damaged };
    } catch (error) {
      const problem = problemOf(error);
      if (problem === undefined) throw error;
      damaged.push({ manifestKey, problem });
    }
  return { manifestKey: '', state: null, damaged };
}

/** Manifests of checkpoints with fewer steps, or with as many of another run; newest first. */
async function olderThan(
  artifacts: ArtifactStore,
  { project, jobId, manifestKey }: Parameters<typeof findState>[1],
): Promise<string[]> {
  const found: string[] = [];
  for await (const { key } of artifacts.list(`${jobPrefix(project, jobId)}/checkpoints`))
    if (
      key !== manifestKey &&
      checkpointStep(key) > 0 &&
      checkpointStep(key) <= checkpointStep(manifestKey)
    )
      found.push(key);
  return found.sort((a, b) => checkpointStep(b) - checkpointStep(a));
}

async function hasState(artifacts: ArtifactStore, manifestKey: string): Promise<boolean> {
  return Object.keys((await readManifest(artifacts, manifestKey)).state).length > 0;
}

/** What is wrong with the checkpoint; undefined when the failure is not the checkpoint's. */
function problemOf(error: unknown): string | undefined {
  if (error instanceof ArtifactError && error.problem === 'damaged')
    return 'a file of it is not as it was saved';
  if (error instanceof ArtifactError && error.problem === 'not_found')
    return 'a file of it is missing';
  if (error instanceof SyntaxError || error instanceof ZodError)
    return 'its history cannot be read';
  return undefined;
}
