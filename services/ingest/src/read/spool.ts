import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  createShardBuilder,
  decodeShard,
  type ShardExample,
  type ShardRun,
} from '@lathe/contracts/artifact/shard';
import { createTextBytes } from './text-bytes.ts';

/** A row that waits on disk: its canonical JSON as UTF-8 and its token sequences. Of one that was read back all are views, for who keeps none of them long. */
export type SpooledRow = { readonly json: Uint8Array; readonly examples: readonly ShardExample[] };

/** Rows end to end, each of one sequence of tokens and targets alone. */
export type SpooledRun = ShardRun & {
  /** The canonical JSON of each as UTF-8, and how many bytes each has. */
  readonly json: Uint8Array;
  readonly jsonLengths: Uint32Array;
};

/** Rows with their sequences on the local disk, for as long as it is not yet known to which side of the split they go. */
export type Spool = {
  add(row: SpooledRow): Promise<void>;
  addRun(run: SpooledRun): Promise<void>;
  /** Every row in the order of adding, those of a chunk at a time. Only after the last `add`. */
  read(): AsyncGenerator<readonly SpooledRow[]>;
  /** The canonical JSON of every row as UTF-8 in that order, without its sequences. Only after the last `add`. */
  jsons(): AsyncGenerator<readonly Uint8Array[]>;
  remove(): Promise<void>;
};

/** Rows that wait in memory before they are written, by tokens and by bytes of JSON. */
const chunkTokens = 100_000;
const chunkBytes = 1024 * 1024;
const newline = 0x0a;
const blank = 0x20;
/** What stands before and behind the JSON of a row of one sequence. */
const oneSequence = Buffer.from('1 ');
const lineEnd = Buffer.from('\n');

/** A row's JSON, and how many sequences it has. */
type Line = { readonly examples: number; readonly json: Uint8Array };

/** A spool in a new folder. Memory holds one chunk at a time. */
export async function createSpool(folder: string): Promise<Spool> {
  await mkdir(folder, { recursive: true });
  const shard = createShardBuilder();
  const text = createTextBytes();
  let chunks = 0;
  const pathOf = (chunk: number, kind: string) => join(folder, `${chunk}.${kind}`);

  const flush = async (): Promise<void> => {
    if (text.length === 0) return;
    const chunk = chunks++;
    await writeFile(pathOf(chunk, 'shard'), shard.take());
    await writeFile(pathOf(chunk, 'jsonl'), text.take());
  };
  // JSON.stringify escapes line ends, so they only stand between rows.
  const linesOf = (bytes: Buffer): Line[] => {
    const lines: Line[] = [];
    let from = 0;
    for (let end = bytes.indexOf(newline); end !== -1; end = bytes.indexOf(newline, from)) {
      const space = bytes.indexOf(blank, from);
      const examples = Number(bytes.toString('latin1', from, space));
      lines.push({ examples, json: bytes.subarray(space + 1, end) });
      from = end + 1;
    }
    return lines;
  };
  return {
    async add({ json, examples }) {
      for (const example of examples) shard.add(example);
      text.add(`${examples.length} `);
      text.addBytes(json);
      text.add('\n');
      if (shard.tokens >= chunkTokens || text.length >= chunkBytes) await flush();
    },
    async addRun({ json, jsonLengths, ...run }) {
      if (shard.tokens + run.tokens.length > chunkTokens) await flush();
      shard.addRun(run);
      let from = 0;
      for (const length of jsonLengths) {
        text.addBytes(oneSequence);
        text.addBytes(json.subarray(from, from + length));
        text.addBytes(lineEnd);
        from += length;
      }
      if (shard.tokens >= chunkTokens || text.length >= chunkBytes) await flush();
    },
    async *read() {
      await flush();
      for (let chunk = 0; chunk < chunks; chunk++) {
        const examples = decodeShard(await readFile(pathOf(chunk, 'shard')), { areViews: true });
        let at = 0;
        yield linesOf(await readFile(pathOf(chunk, 'jsonl'))).map(({ json, examples: count }) => {
          at += count;
          return { json, examples: examples.slice(at - count, at) };
        });
      }
    },
    async *jsons() {
      await flush();
      for (let chunk = 0; chunk < chunks; chunk++)
        yield linesOf(await readFile(pathOf(chunk, 'jsonl'))).map(({ json }) => json);
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
