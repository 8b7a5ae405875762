import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeShard, encodeShard, type ShardExample } from '@lathe/contracts/artifact/shard';

/** A row as it waits on disk: its canonical JSON and its token sequences. */
export type SpooledRow = { readonly json: string; readonly examples: readonly ShardExample[] };

/** Rows with their sequences on the local disk, for as long as it is not yet known to which side of the split they go. */
export type Spool = {
  add(row: SpooledRow): Promise<void>;
  /** Every row in the order of adding. Only after the last `add`. */
  read(): AsyncGenerator<SpooledRow>;
  remove(): Promise<void>;
};

/** Rows that wait in memory before they are written, by tokens and by characters of JSON. */
const chunkTokens = 500_000;
const chunkCharacters = 8 * 1024 * 1024;

/** A spool in a new folder. Memory holds one chunk at a time. */
export async function createSpool(folder: string): Promise<Spool> {
  await mkdir(folder, { recursive: true });
  let waiting: SpooledRow[] = [];
  let tokens = 0;
  let characters = 0;
  let chunks = 0;
  const pathOf = (chunk: number, kind: string) => join(folder, `${chunk}.${kind}`);

  const flush = async (): Promise<void> => {
    if (waiting.length === 0) return;
    await writeFile(pathOf(chunks, 'shard'), encodeShard(waiting.flatMap((row) => row.examples)));
    const lines = waiting.map((row) => `${row.examples.length} ${row.json}`);
    await writeFile(pathOf(chunks, 'jsonl'), lines.join('\n'));
    chunks++;
    waiting = [];
    tokens = 0;
    characters = 0;
  };
  return {
    async add(row) {
      waiting.push(row);
      for (const example of row.examples) tokens += example.tokens.length;
      characters += row.json.length;
      if (tokens >= chunkTokens || characters >= chunkCharacters) await flush();
    },
    async *read() {
      for (let chunk = 0; chunk < chunks; chunk++) {
        const examples = decodeShard(await readFile(pathOf(chunk, 'shard')));
        // JSON.stringify escapes line ends, so they only stand between rows.
        const rows = (await readFile(pathOf(chunk, 'jsonl'), 'utf8')).split('\n');
        let at = 0;
        for (const row of rows) {
          const space = row.indexOf(' ');
          const end = at + Number(row.slice(0, space));
          yield { json: row.slice(space + 1), examples: examples.slice(at, end) };
          at = end;
        }
      }
      for (const row of waiting) yield row;
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
