import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import {
  canonicalRowSchema,
  type DatasetManifest,
  type DatasetPart,
  datasetManifestSchema,
  type ObjectRef,
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

/** The lines of the user's file that the examples, counted from 0, came from. */
export async function linesOf(
  artifacts: ArtifactStore,
  canonical: ObjectRef,
  examples: readonly number[],
): Promise<number[]> {
  const rows = createInterface({ input: Readable.from(artifacts.get(canonical.key)) });
  const wanted = new Set(examples);
  const lines: number[] = [];
  let index = 0;
  for await (const row of rows) {
    if (wanted.has(index)) lines.push(canonicalRowSchema.parse(JSON.parse(row)).line);
    index++;
  }
  return lines;
}
