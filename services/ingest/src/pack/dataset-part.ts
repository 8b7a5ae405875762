import type { DatasetPart, ObjectRef } from '@lathe/contracts/artifact/dataset';
import { createShardBuilder, type ShardExample } from '@lathe/contracts/artifact/shard';
import type { ArtifactStore } from '@lathe/platform/artifacts/port';
import { type LinesRun, type SpooledRow, sliceRun } from '../read/spool.ts';
import { createTextBytes } from '../read/text-bytes.ts';
import { beginObject } from './begin-object.ts';

/** Writes one side of a dataset: token shards, and the canonical rows in their order. */
export type PartWriter = {
  add(row: SpooledRow): Promise<void>;
  /** Adds rows of one sequence each, end to end, of all of which so much is taught. */
  addRun(run: LinesRun, taught: number): Promise<void>;
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
};

/** Bytes of canonical rows that wait before they are written. */
const waitingBytes = 1024 * 1024;
const lineEnd = Buffer.from('\n');

export async function createPartWriter(place: PartPlace): Promise<PartWriter> {
  const { artifacts, prefix, name, localFile, shardTokens, count } = place;
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
  const addWhole = (run: LinesRun): void => {
    shard.addRun(run);
    lines.addBytes(run.lines);
    sums.rows += run.lengths.length;
    sums.tokens += run.tokens.length;
  };
  return {
    async addRun(run, taught) {
      sums.supervisedTokens += taught;
      const { lengths } = run;
      let [from, tokens] = [0, shard.tokens];
      for (let row = 0; row < lengths.length; row++) {
        const length = lengths[row] as number;
        sums.longest = Math.max(sums.longest, length);
        tokens += length;
        if (tokens < shardTokens && row < lengths.length - 1) continue;
        addWhole(sliceRun(run, from, row + 1));
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
