import { type FileHandle, open } from 'node:fs/promises';
import type { DatasetPart, ObjectRef } from '@lathe/contracts/artifact/dataset';
import { createShardBuilder, type ShardExample } from '@lathe/contracts/artifact/shard';
import type { ArtifactStore } from '@lathe/platform/artifacts/port';
import { type LinesRun, type SpooledRow, sliceRun } from '../read/spool.ts';
import { createTextBytes } from '../read/text-bytes.ts';

/** Writes one side of a dataset: token shards, and the canonical rows in their order. */
export type PartWriter = {
  add(row: SpooledRow): Promise<void>;
  /** Adds rows of one sequence each, end to end, of all of which so much is taught. */
  addRun(run: LinesRun, taught: number): Promise<void>;
  /** Stores what is left and says what was stored. */
  finish(): Promise<DatasetPart>;
  /** Closes the local file; safe after `finish`. */
  close(): Promise<void>;
};

export type PartPlace = {
  readonly artifacts: ArtifactStore;
  /** Folder of the dataset in the store, and the part's name in it. */
  readonly prefix: string;
  readonly name: 'train' | 'held-out';
  /** Local file that the canonical rows are collected in. */
  readonly localFile: string;
  readonly shardTokens: number;
  /** How much of the examples of a row is taught. */
  readonly count: (examples: readonly ShardExample[]) => number;
};

/** Bytes of canonical rows that wait before they are written to the local file, and that are read of it at a time. */
const waitingBytes = 1024 * 1024;
const lineEnd = Buffer.from('\n');

export async function createPartWriter(place: PartPlace): Promise<PartWriter> {
  const { artifacts, prefix, name, localFile, shardTokens, count } = place;
  const canonical: FileHandle = await open(localFile, 'w');
  const shards: ObjectRef[] = [];
  const sums = { rows: 0, tokens: 0, supervisedTokens: 0, longest: 0 };
  /** Of one example; 0 where rows are not grouped. */
  let sequences = 0;
  const shard = createShardBuilder();
  const lines = createTextBytes();
  let isOpen = true;

  const close = async (): Promise<void> => {
    if (isOpen) await canonical.close();
    isOpen = false;
  };
  const store = async (key: string, source: Parameters<ArtifactStore['put']>[1]) => ({
    key,
    ...(await artifacts.put(key, source)),
  });
  const flushLines = async (): Promise<void> => {
    await canonical.appendFile(lines.take());
  };
  const flush = async (): Promise<void> => {
    if (shard.examples === 0) return;
    const key = `${prefix}/${name}-${String(shards.length).padStart(5, '0')}.shard`;
    shards.push(await store(key, shard.takeParts()));
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
      await close();
      const key = `${prefix}/${name}.jsonl`;
      return {
        ...sums,
        ...(sequences > 1 && { sequences }),
        ...{
          shards,
          canonical: await store(key, piecesOf(localFile)),
        },
      };
    },
    close,
  };
}

/** A file in pieces, which one buffer holds after another. */
async function* piecesOf(path: string): AsyncGenerator<Uint8Array> {
  const buffer = new Uint8Array(waitingBytes);
  const file = await open(path);
  try {
    for (;;) {
      const { bytesRead } = await file.read(buffer);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}
