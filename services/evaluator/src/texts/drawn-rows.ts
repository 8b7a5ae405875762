import {
  type CanonicalRow,
  canonicalRowSchema,
  type DatasetPart,
  examplesOf,
} from '@lathe/contracts/artifact/dataset';
import { decodeShard, type ShardExample } from '@lathe/contracts/artifact/shard';
import { getBytes } from '@lathe/platform/artifacts/folder';
import type { ArtifactStore } from '@lathe/platform/artifacts/port';
import { createBreather } from '@lathe/platform/breather';
import { linesOf, rankOf } from './held-out.ts';

/** A row of any task with its examples in the shards. */
export type DrawnRow = { readonly row: CanonicalRow; readonly examples: readonly ShardExample[] };

/**
 * Rows of one side of a dataset: all, or `most` of them drawn by hash(seed, line), in their order. It is read twice, so that
 * memory holds the drawn rows alone. Throws when the shards and the rows do not belong together.
 */
export async function drawRows(
  artifacts: ArtifactStore,
  part: DatasetPart,
  { seed, most }: { readonly seed: number; readonly most: number },
): Promise<DrawnRow[]> {
  if (part.rows === 0) return [];
  const breathe = createBreather();
  const ranks: { index: number; rank: number }[] = [];
  for await (const row of rowsOf(artifacts, part)) {
    await breathe();
    ranks.push({ index: ranks.length, rank: rankOf(seed, row.line) });
  }
  ranks.sort((a, b) => a.rank - b.rank || a.index - b.index);
  const chosen = new Set(ranks.slice(0, most).map(({ index }) => index));
  const examples = examplesIn(artifacts, part);
  const drawn: DrawnRow[] = [];
  let index = 0;
  for await (const row of rowsOf(artifacts, part)) {
    await breathe();
    const own: ShardExample[] = [];
    for (let left = examplesOf(row); left > 0; left--) {
      const { value, done } = await examples.next();
      if (done === true) throw new Error('the shards have fewer examples than rows');
      own.push(value);
    }
    if (chosen.has(index++)) drawn.push({ row, examples: own });
  }
  if (!(await examples.next()).done) throw new Error('the shards have more examples than rows');
  return drawn;
}

async function* rowsOf(artifacts: ArtifactStore, part: DatasetPart): AsyncGenerator<CanonicalRow> {
  for await (const line of linesOf(artifacts, part.canonical.key))
    if (line !== '') yield canonicalRowSchema.parse(JSON.parse(line));
}

async function* examplesIn(
  artifacts: ArtifactStore,
  part: DatasetPart,
): AsyncGenerator<ShardExample, undefined> {
  for (const shard of part.shards) yield* decodeShard(await getBytes(artifacts, shard));
}
