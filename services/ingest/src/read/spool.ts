import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import {
  createShardBuilder,
  decodeShard,
  decodeShardRun,
  type ShardExample,
  type ShardRun,
} from '@lathe/contracts/artifact/shard';
import { createTextBytes } from './text-bytes.ts';

/** A row that waits on disk: its canonical JSON as UTF-8 and its token sequences. Of one that was read back all are views, for who keeps none of them long. */
export type SpooledRow = { readonly json: Uint8Array; readonly examples: readonly ShardExample[] };

/** Rows end to end, each of one sequence of tokens and targets alone. */
export type SpooledRun = ShardRun & {
  /** The canonical JSON of each as UTF-8 with a line end behind it, and how many bytes each has with that. */
  readonly json: Uint8Array;
  readonly jsonLengths: Uint32Array;
};

/** The canonical JSON of rows as UTF-8, with a line end behind each, and where each line ends. */
export type JsonLines = { readonly lines: Uint8Array; readonly lineEnds: Uint32Array };

/** Rows that were read back end to end, each of one sequence of tokens and targets alone, and where the tokens of each end. */
export type LinesRun = ShardRun & JsonLines & { readonly tokenEnds: Uint32Array };

/** Some rows that follow each other. All of them are good until the next ones are asked for. */
export type SpooledChunk = {
  readonly length: number;
  row(at: number): SpooledRow;
  /** All of them end to end; undefined where one has more than one sequence of tokens and targets. */
  readonly run: LinesRun | undefined;
};

/** Rows with their sequences on the local disk, for as long as it is not yet known to which side of the split they go. */
export type Spool = {
  add(row: SpooledRow): Promise<void>;
  addRun(run: SpooledRun): Promise<void>;
  /** Every row in the order of adding, those of a chunk at a time. Only after the last `add`. */
  read(): AsyncGenerator<SpooledChunk>;
  /** The canonical JSON of every row in that order, good until those of the next chunk are asked for. Only after the last `add`. */
  jsons(): AsyncGenerator<JsonLines>;
  /** Closes what it is written to. It may still be read. */
  close(): Promise<void>;
};

/** Rows that wait in memory before they are written, by tokens and by bytes of JSON. */
const chunkTokens = 250_000;
const chunkBytes = 1024 * 1024;
const newline = 0x0a;
const lineEnd = Buffer.from('\n');

/** Where a chunk stands in the file: a shard, how many sequences each row has, and the rows' JSON in lines. */
type Chunk = {
  readonly at: number;
  readonly shardBytes: number;
  readonly rows: number;
  readonly jsonBytes: number;
};

/** A spool in a new folder. Memory holds one chunk at a time. */
export async function createSpool(folder: string): Promise<Spool> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, 'rows');
  const shard = createShardBuilder();
  const text = createTextBytes();
  const chunks: Chunk[] = [];
  let counts: number[] = [];
  let written = 0;
  let writing: FileHandle | undefined;

  const flush = async (): Promise<void> => {
    if (counts.length === 0) return;
    const parts = shard.takeParts();
    const shardBytes = parts.reduce((sum, { length }) => sum + length, 0);
    const rows = counts.length;
    const countBytes = new Uint8Array(Uint32Array.from(counts).buffer);
    const json = text.take();
    writing ??= await open(path, 'a');
    await append(writing, [...parts, countBytes, json]);
    chunks.push({ ...{ at: written, shardBytes, rows }, jsonBytes: json.length });
    written += shardBytes + countBytes.length + json.length;
    counts = [];
  };
  const finish = async (): Promise<void> => {
    await flush();
    await close();
  };
  const close = async (): Promise<void> => {
    await writing?.close();
    writing = undefined;
  };
  const flushFull = async (): Promise<void> => {
    if (shard.tokens >= chunkTokens || text.length >= chunkBytes) await flush();
  };
  return {
    async add({ json, examples }) {
      for (const example of examples) shard.add(example);
      counts.push(examples.length);
      text.addBytes(json);
      text.addBytes(lineEnd);
      await flushFull();
    },
    async addRun({ json, jsonLengths, ...run }) {
      if (shard.tokens + run.tokens.length > chunkTokens) await flush();
      shard.addRun(run);
      text.addBytes(json);
      for (let row = 0; row < jsonLengths.length; row++) counts.push(1);
      await flushFull();
    },
    async *read() {
      await finish();
      yield* readChunks(path, chunks, (chunk) => [chunk.at, sizeOf(chunk)], chunkOf);
    },
    async *jsons() {
      await finish();
      const place = ({ at, shardBytes, rows, jsonBytes }: Chunk) =>
        [at + shardBytes + 4 * rows, jsonBytes] as const;
      yield* readChunks(path, chunks, place, ({ rows }, lines) => ({
        lines,
        lineEnds: endsOf(lines, rows),
      }));
    },
    close,
  };
}

const sizeOf = ({ shardBytes, rows, jsonBytes }: Chunk): number =>
  shardBytes + 4 * rows + jsonBytes;

async function append(file: FileHandle, parts: readonly Uint8Array[]): Promise<void> {
  const { bytesWritten } = await file.writev(parts);
  // What was left is written part by part, of which one may be cut.
  let left = bytesWritten;
  for (const part of parts) {
    if (left < part.length) await file.appendFile(part.subarray(left));
    left = Math.max(0, left - part.length);
  }
}

/** What is made of the bytes of each chunk, which one buffer holds after another. */
async function* readChunks<Made>(
  path: string,
  chunks: readonly Chunk[],
  placeOf: (chunk: Chunk) => readonly [at: number, bytes: number],
  make: (chunk: Chunk, bytes: Uint8Array) => Made,
): AsyncGenerator<Made> {
  if (chunks.length === 0) return;
  const most = chunks.reduce((size, chunk) => Math.max(size, placeOf(chunk)[1]), 0);
  const buffer = new Uint8Array(most);
  const file = await open(path, 'r');
  try {
    for (const chunk of chunks) {
      const [at, bytes] = placeOf(chunk);
      await fill(file, buffer.subarray(0, bytes), at);
      yield make(chunk, buffer.subarray(0, bytes));
    }
  } finally {
    await file.close();
  }
}

/** Fills an array with what stands in a file from that byte on. Throws where the file ends before. */
async function fill(file: FileHandle, into: Uint8Array, from: number): Promise<void> {
  for (let read = 0; read < into.length; ) {
    const rest = { length: into.length - read, position: from + read };
    const { bytesRead } = await file.read(into, { offset: read, ...rest });
    if (bytesRead === 0) throw new RangeError(`the rows end before byte ${from + into.length}`);
    read += bytesRead;
  }
}

function chunkOf({ shardBytes, rows }: Chunk, bytes: Uint8Array): SpooledChunk {
  const shard = bytes.subarray(0, shardBytes);
  const countsEnd = shardBytes + 4 * rows;
  const counts = new Uint32Array(bytes.buffer, bytes.byteOffset + shardBytes, rows);
  const lines = bytes.subarray(countsEnd);
  const lineEnds = endsOf(lines, rows);
  const plain = counts.every((count) => count === 1) ? decodeShardRun(shard) : undefined;
  const run = plain && { ...plain, tokenEnds: sumsOf(plain.lengths), lines, lineEnds };
  const examplesOf =
    run === undefined ? examplesIn(shard, counts) : (at: number) => [oneOf(run, at)];
  return {
    length: rows,
    row: (at) => ({ json: jsonAt({ lines, lineEnds }, at), examples: examplesOf(at) }),
    run,
  };
}

/** The sequences of each row of a shard, which is read once one is asked for. */
function examplesIn(
  shard: Uint8Array,
  counts: Uint32Array,
): (row: number) => readonly ShardExample[] {
  let decoded: { readonly examples: readonly ShardExample[]; readonly ends: Uint32Array };
  return (row) => {
    decoded ??= { examples: decodeShard(shard, { areViews: true }), ends: sumsOf(counts) };
    return decoded.examples.slice(decoded.ends[row - 1] ?? 0, decoded.ends[row]);
  };
}

/** The one sequence of a row. */
function oneOf({ tokens, supervised, tokenEnds }: LinesRun, row: number): ShardExample {
  const [from, to] = [tokenEnds[row - 1] ?? 0, tokenEnds[row]];
  return { tokens: tokens.subarray(from, to), supervised: supervised.subarray(from, to) };
}

/** The canonical JSON of one of them. */
export function jsonAt({ lines, lineEnds }: JsonLines, at: number): Uint8Array {
  return lines.subarray(lineEnds[at - 1] ?? 0, (lineEnds[at] as number) - 1);
}

function sumsOf(lengths: Uint32Array): Uint32Array {
  let sum = 0;
  return lengths.map((length) => (sum += length));
}

/** Where each line ends: JSON.stringify escapes line ends, so that they only stand between rows. */
function endsOf({ buffer, byteOffset, byteLength }: Uint8Array, rows: number): Uint32Array {
  // Buffers look for a byte many times as fast as other arrays.
  const lines = Buffer.from(buffer, byteOffset, byteLength);
  const ends = new Uint32Array(rows);
  let end = 0;
  for (let row = 0; row < rows; row++) ends[row] = end = lines.indexOf(newline, end) + 1;
  return ends;
}
