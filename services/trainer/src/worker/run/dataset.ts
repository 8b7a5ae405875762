import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import {
  type CanonicalRow,
  canonicalRowSchema,
  type DatasetManifest,
  type DatasetPart,
  datasetManifestSchema,
  examplesOf,
  type ObjectRef,
} from '@lathe/contracts/artifact/dataset';
import { getBytes } from '@lathe/platform/artifacts/folder';
import type { ArtifactStore } from '@lathe/platform/artifacts/port';
import { readJson } from '@lathe/platform/artifacts/read-json';

/** A dataset on this machine. */
export type FetchedDataset = {
  readonly manifest: DatasetManifest;
  /** Paths of the token shards, in order. */
  readonly train: string[];
  readonly heldOut: string[];
};

/**
 * Brings the token shards that a dataset manifest names into `folder`, each checked against its
 * size and digest, and checks the text files that every checkpoint takes along. Throws when one is missing or damaged:
 * before anything is trained for nothing.
 */
export async function fetchDataset(
  artifacts: ArtifactStore,
  manifestKey: string,
  folder: string,
): Promise<FetchedDataset> {
  const manifest = await readJson(artifacts, manifestKey, datasetManifestSchema);
  const fetch = async (part: DatasetPart, name: string): Promise<string[]> => {
    const paths: string[] = [];
    for (const [index, ref] of part.shards.entries()) {
      const path = join(folder, `${name}-${index}.shard`);
      await writeFile(path, await getBytes(artifacts, ref));
      paths.push(path);
    }
    return paths;
  };
  for (const text of Object.values(manifest.text ?? {})) await getBytes(artifacts, text);
  return {
    manifest,
    train: await fetch(manifest.train, 'train'),
    heldOut: manifest.heldOut.rows === 0 ? [] : await fetch(manifest.heldOut, 'held-out'),
  };
}

/** What graders know of each prompt, by its place. */
export async function fetchItems(
  artifacts: ArtifactStore,
  { canonical }: Pick<DatasetPart, 'canonical'>,
): Promise<GraderItem[]> {
  const text = new TextDecoder().decode(await getBytes(artifacts, canonical));
  return text.split('\n').flatMap((json) => {
    const row = json === '' ? undefined : canonicalRowSchema.parse(JSON.parse(json));
    return row?.kind === 'prompt' ? [row.item] : [];
  });
}

export type GraderItem = Extract<CanonicalRow, { kind: 'prompt' }>['item'];

/** The line of the user's file that each of the examples, counted from 0, came from, in the order of the file. */
export async function linesOf(
  artifacts: Pick<ArtifactStore, 'get'>,
  canonical: ObjectRef,
  examples: readonly number[],
): Promise<Map<number, number>> {
  const rows = createInterface({ input: Readable.from(artifacts.get(canonical.key)) });
  const lines = new Map<number, number>();
  const places = examples.toSorted((a, b) => a - b);
  let index = 0;
  let next = 0;
  for await (const json of rows) {
    const row = canonicalRowSchema.parse(JSON.parse(json));
    // Both answers of a preference are one example to the objective, and all texts of a row of an embedding.
    const isOne = row.kind === 'preference' || row.kind === 'related';
    const end = index + (isOne ? 1 : examplesOf(row));
    for (; (places[next] ?? Number.POSITIVE_INFINITY) < end; next++)
      lines.set(places[next] as number, row.line);
    index = end;
  }
  return lines;
}
