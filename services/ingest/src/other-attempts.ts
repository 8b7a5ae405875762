import type { ArtifactStore } from '@lathe/platform/artifacts/port';

/** Deletes what lies in the folder of all attempts at a piece of work, but for that of the one that was kept. */
export async function deleteOtherAttempts(
  artifacts: ArtifactStore,
  all: string,
  kept: string,
): Promise<void> {
  const others: string[] = [];
  for await (const { key } of artifacts.list(all))
    if (!key.startsWith(`${kept}/`)) others.push(key);
  for (const key of others) await artifacts.delete(key);
}
