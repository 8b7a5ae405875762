import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  createShardBuilder,
  decodeShard,
  type ShardExample,
} from '@lathe/contracts/artifact/shard';
import { createTextBytes } from './text-bytes.ts';

/** A row on its way to the disk: its canonical JSON as UTF-8 and its token sequences. */
export type NewRow = { readonly json: Uint8Array; readonly examples: readonly ShardExample[] };

/** A row as it waits on disk: its canonical JSON and its token sequences. */
export type SpooledRow = { readonly json: string; readonly examples: readonly ShardExample[] };

/** Rows with their sequences on the local disk, for as long as it is not yet known to which side of the split they go. */
export type Spool = {
  add(row: NewRow): Promise<void>;
  /** Every row in the order of adding. Only after the last `add`. */
  read(): AsyncGenerator<SpooledRow>;
  /** The canonical JSON of every row in that order, without its sequences. Only after the last `add`. */
  jsons(): AsyncGenerator<string>;
  remove(): Promise<void>;
};

/** Rows that wait in memory before they are written, by tokens and by bytes of JSON. */
const chunkTokens = 100_000;
const chunkBytes = 1024 * 1024;
const newline = 0x0a;

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
  const linesOf = function* (bytes: Buffer): Generator<string> {
    let from = 0;
    for (let end = bytes.indexOf(newline); end !== -1; end = bytes.indexOf(newline, from)) {
      yield bytes.toString('utf8', from, end);
      from = end + 1;
    }
  };
  return {
    async add({ json, examples }) {
      for (const example of examples) shard.add(example);
      text.add(`${examples.length} `);
      text.addBytes(json);
      text.add('\n');
      if (shard.tokens >= chunkTokens || text.length >= chunkBytes) await flush();
    },
    async *read() {
      await flush();
      for (let chunk = 0; chunk < chunks; chunk++) {
        const examples = decodeShard(await readFile(pathOf(chunk, 'shard')), { areViews: true });
        let at = 0;
        for (const row of linesOf(await readFile(pathOf(chunk, 'jsonl')))) {
          const space = row.indexOf(' ');
          const end = at + Number(row.slice(0, space));
          yield { json: row.slice(space + 1), examples: examples.slice(at, end) };
          at = end;
        }
      }
    },
    async *jsons() {
      await flush();
      for (let chunk = 0; chunk < chunks; chunk++)
        for (const row of linesOf(await readFile(pathOf(chunk, 'jsonl'))))
          yield row.slice(row.indexOf(' ') + 1);
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
