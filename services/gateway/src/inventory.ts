import { checkpointManifestSchema } from '@lathe/contracts/artifact/checkpoint';
import type { ArtifactStore } from '@lathe/platform/artifacts/port';
import { findJson } from '@lathe/platform/artifacts/read-json';
import type { Logger } from '@lathe/platform/log';
import type { Records } from '@lathe/platform/records';

export type InventoryPorts = Pick<Records, 'files' | 'models' | 'checkpoints' | 'jobs'> & {
  readonly artifacts: ArtifactStore;
  readonly log: Logger;
};

/** Something that a record names and the artifact store does not have, or not whole. */
type Missing = {
  /** What lacks it, such as `the file`. */
  readonly what: string;
  readonly project: string;
  readonly id: string;
  readonly key: string;
};

/** Most lines of the log about what is missing. */
const mostLines = 100;

/**
 * Compares records and artifacts of all projects and names in the log what is missing: a store that lost files, or was
 * restored from another day than the records, is seen before somebody needs them. Returns how much is missing.
 */
export async function takeInventory(ports: InventoryPorts, signal: AbortSignal): Promise<number> {
  const { log } = ports;
  let count = 0;
  for await (const { what, ...about } of missingArtifacts(ports)) {
    if (signal.aborted) return count;
    count++;
    if (count <= mostLines) log.warn(about, `${what} lacks what its record names`);
  }
  if (count > 0)
    log.error({ count }, 'records name what the artifact store does not have; restore it or them');
  return count;
}

/** Everything that a record names and the store lacks. What is deleted while we look is gone from the records, too. */
async function* missingArtifacts(ports: InventoryPorts): AsyncGenerator<Missing> {
  const { artifacts } = ports;
  const isWhole = async (key: string, bytes?: number): Promise<boolean> => {
    const found = await artifacts.stat(key);
    return found !== null && (bytes === undefined || found.bytes === bytes);
  };
  for (const { key: at, value } of await ports.files.list('')) {
    const { project, id, key, bytes } = value;
    if (!(await isWhole(key, bytes)) && (await ports.files.get(at)) !== null)
      yield { what: 'the file', project, id, key };
  }
  for (const { key: at, value } of await ports.models.list('')) {
    if (value.kind === 'base') continue;
    const key = await missingOfCheckpoint(artifacts, value.manifestKey, isWhole);
    if (key !== null && (await ports.models.get(at)) !== null)
      yield { what: 'the model', project: value.project, id: value.name, key };
  }
  for (const { key: at, value } of await ports.checkpoints.list('')) {
    const key = value.manifestKey;
    if (!(await isWhole(key)) && (await ports.checkpoints.get(at)) !== null)
      yield { what: 'the checkpoint', project: value.project, id: value.id, key };
  }
  for (const { key: at, value } of await ports.jobs.list('')) {
    const { project, id, datasetKey, reportKey } = value;
    for (const key of [datasetKey, reportKey])
      if (key !== null && !(await isWhole(key)) && (await ports.jobs.get(at)) !== null)
        yield { what: 'the job', project, id, key };
  }
}

/** The first object of a checkpoint's model that is not there; null when it is whole. */
async function missingOfCheckpoint(
  artifacts: ArtifactStore,
  manifestKey: string,
  isWhole: (key: string, bytes: number) => Promise<boolean>,
): Promise<string | null> {
  const manifest = await findJson(artifacts, manifestKey, checkpointManifestSchema);
  if (manifest === null) return manifestKey;
  for (const { key, bytes } of Object.values(manifest.model))
    if (!(await isWhole(key, bytes))) return key;
  return null;
}
