import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type DatasetManifest,
  type DatasetPart,
  datasetManifestSchema,
} from '@lathe/contracts/artifact/dataset';
import { getBytes } from '@lathe/platform/artifacts/folder';
import type { ArtifactStore } from '@lathe/platform/artifacts/port';

/** A dataset on this machine. */
export type FetchedDataset = {
  readonly manifest: DatasetManifest;
  /** Paths of the token shards, in order. */
  readonly train: string[];
  readonly heldOut: string[];
};

/**
 * Brings the token shards that a dataset manifest names into `folder`, each checked against its
 * size and digest. Throws when one is missing or damaged.
 */
export async function fetchDataset(
  artifacts: ArtifactStore,
  manifestKey: string,
  folder: string,
): Promise<FetchedDataset> {
  const chunks = await Array.fromAsync(artifacts.get(manifestKey));
  const text = Buffer.concat(chunks).toString('utf8');
  const manifest = datasetManifestSchema.parse(JSON.parse(text));
  const fetch = async (part: DatasetPart, name: string): Promise<string[]> => {
    const paths: string[] = [];
    for (const [index, ref] of part.shards.entries()) {
      const path = join(folder, `${name}-${index}.shard`);
      await writeFile(path, await getBytes(artifacts, ref));
      paths.push(path);
    }
    return paths;
  };
  return {
    manifest,
    train: await fetch(manifest.train, 'train'),
    heldOut: manifest.heldOut.rows === 0 ? [] : await fetch(manifest.heldOut, 'held-out'),
  };
}
