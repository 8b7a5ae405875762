import { readFile } from 'node:fs/promises';
import { decodeShard } from '@lathe/contracts/artifact/shard';
import type { TaskRow } from '@lathe/engine/task-row';

/** The rows of token shards, in their order. */
export async function readShards(paths: readonly string[]): Promise<TaskRow[]> {
  const examples: TaskRow[] = [];
  for (const path of paths) examples.push(...decodeShard(await readFile(path)));
  return examples;
}
