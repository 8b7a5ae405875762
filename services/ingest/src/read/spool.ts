import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  createShardBuilder,
  decodeShard,
  type ShardExample,
} from '@lathe/contracts/artifact/shard';

/** A row as it waits on disk: its canonical JSON and its token sequences. */
export type SpooledRow = { readonly json: string; readonly examples: readonly ShardExample[] };

/** Rows with their sequences on the local disk, for as long as it is not yet known to which side of the split they go. */
export type Spool = {
  add(row: SpooledRow): Promise<void>;
  /** Every row in the order of adding. Only after the last `add`. */
  read(): AsyncGenerator<SpooledRow>;
  /** The canonical JSON of every row in that order, without its sequences. Only after the last `add`. */
  jsons(): AsyncGenerator<string>;
  remove(): Promise<void>;
};

/** Rows that wait in memory before they are written, by tokens and by characters of JSON. */
const chunkTokens = 100_000;
const chunkCharacters = 1024 * 1024;

/** A spool in a new folder. Memory holds one chunk at a time. */
export async function createSpool(folder: string): Promise<Spool> {
  await mkdir(folder, { recursive: true });
  const shard = createShardBuilder();
  let lines: string[] = [];
  let characters = 0;
  let chunks = 0;
  const pathOf = (chunk: number, kind: string) => join(folder, `${chunk}.${kind}`);

  const flush = async (): Promise<void> => {
    if (lines.length === 0) return;
    const [bytes, text] = [shard.take(), lines.join('\n')];
    const chunk = chunks++;
    lines = [];
    characters = 0;
    await writeFile(pathOf(chunk, 'shard'), bytes);
    await writeFile(pathOf(chunk, 'jsonl'), text);
  };
  // JSON.stringify escapes line ends, so they only stand between rows. In one piece it is decoded faster than by a stream.
  const linesOf = async (chunk: number): Promise<string[]> =>
    (await readFile(pathOf(chunk, 'jsonl'))).toString('utf8').split('\n');
  return {
    async add({ json, examples }) {
      for (const example of examples) shard.add(example);
      lines.push(`${examples.length} ${json}`);
      characters += json.length;
      if (shard.tokens >= chunkTokens || characters >= chunkCharacters) await flush();
    },
    async *read() {
      await flush();
      for (let chunk = 0; chunk < chunks; chunk++) {
        const examples = decodeShard(await readFile(pathOf(chunk, 'shard')), { areViews: true });
        let at = 0;
        for (const row of await linesOf(chunk)) {
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
        for (const row of await linesOf(chunk)) yield row.slice(row.indexOf(' ') + 1);
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
