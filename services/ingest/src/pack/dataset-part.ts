import type { DatasetPart, ObjectRef } from '@lathe/contracts/artifact/dataset';
import {
  createShardBuilder,
  type ShardExample,
  type ShardRun,
} from '@lathe/contracts/artifact/shard';
import type { ArtifactStore } from '@lathe/platform/artifacts/port';
import type { LinesRun, SpooledRow } from '../read/spool.ts';
import { createTextBytes } from '../read/text-bytes.ts';
import { beginObject } from './begin-object.ts';

/** Writes one side of a dataset: token shards, and the canonical rows in their order. */
export type PartWriter = {
  add(row: SpooledRow): Promise<void>;
  /** Adds the rows of a run from one to before another, of which so much of the whole is taught as `countRun` says. */
  addRun(run: LinesRun, from: number, to: number): Promise<void>;
  /** Stores what is left and says what was stored. */
  finish(): Promise<DatasetPart>;
  /** Leaves no rows that were not stored; safe after `finish`. */
  close(): Promise<void>;
};

export type PartPlace = {
  readonly artifacts: ArtifactStore;
  /** Folder of the dataset in the store, and the part's name in it. */
  readonly prefix: string;
  readonly name: 'train' | 'held-out';
  /** Where the canonical rows are collected if the store begins no object. */
  readonly localFile: string;
  readonly shardTokens: number;
  /** How much of the examples of a row is taught. */
  readonly count: (examples: readonly ShardExample[]) => number;
  /** The same of rows of one sequence each; of who adds no run there is none. */
  readonly countRun?: ((run: ShardRun) => number) | undefined;
};

/** Bytes of canonical rows that wait before they are written. */
const waitingBytes = 1024 * 1024;
const lineEnd = Buffer.from('\n');

export async function createPartWriter(place: PartPlace): Promise<PartWriter> {
  const { artifacts, prefix, name, localFile, shardTokens, count, countRun } = place;
  const canonicalKey = `${prefix}/${name}.jsonl`;
  const canonical = await beginObject({ artifacts, key: canonicalKey, localFile });
  const shards: ObjectRef[] = [];
  const sums = { rows: 0, tokens: 0, supervisedTokens: 0, longest: 0 };
  /** Of one example; 0 where rows are not grouped. */
  let sequences = 0;
  const shard = createShardBuilder();
  const lines = createTextBytes();

  const flushLines = (): Promise<void> => canonical.write(lines.take());
  const flush = async (): Promise<void> => {
    if (shard.examples === 0) return;
    const key = `${prefix}/${name}-${String(shards.length).padStart(5, '0')}.shard`;
    shards.push({ key, ...(await artifacts.put(key, shard.takeParts())) });
    await flushLines();
  };
  const addWhole = (run: LinesRun, from: number, to: number): void => {
    const [token, tokensEnd] = [run.tokenEnds[from - 1] ?? 0, run.tokenEnds[to - 1]];
    const part = {
      lengths: run.lengths.subarray(from, to),
      tokens: run.tokens.subarray(token, tokensEnd),
      supervised: run.supervised.subarray(token, tokensEnd),
    };
    shard.addRun(part);
    lines.addBytes(run.lines.subarray(run.lineEnds[from - 1] ?? 0, run.lineEnds[to - 1]));
    sums.rows += to - from;
    sums.tokens += part.tokens.length;
    sums.supervisedTokens += countRun?.(part) ?? 0;
  };
  return {
    async addRun(run, first, end) {
      let [from, tokens] = [first, shard.tokens];
      for (let row = first; row < end; row++) {
        const length = run.lengths[row] as number;
        sums.longest = Math.max(sums.longest, length);
        tokens += length;
        if (tokens < shardTokens && row < end - 1) continue;
        addWhole(run, from, row + 1);
        from = row + 1;
        if (tokens < shardTokens) continue;
        await flush();
        tokens = 0;
      }
      if (lines.length >= waitingBytes) await flushLines();
    },
    async add(row) {
      for (const example of row.examples) shard.add(example);
      lines.addBytes(row.json);
      lines.addBytes(lineEnd);
      sums.rows++;
      sums.supervisedTokens += count(row.examples);
      if (row.examples[0]?.group !== undefined)
        sequences = Math.max(sequences, row.examples.length);
      for (const { tokens: sequence } of row.examples) {
        sums.tokens += sequence.length;
        sums.longest = Math.max(sums.longest, sequence.length);
      }
      if (shard.tokens >= shardTokens) await flush();
      if (lines.length >= waitingBytes) await flushLines();
    },
    async finish() {
      await flush();
      return {
        ...sums,
        ...(sequences > 1 && { sequences }),
        ...{
          shards,
          canonical: { key: canonicalKey, ...(await canonical.finish()) },
        },
      };
    },
    close: canonical.abandon,
  };
}
