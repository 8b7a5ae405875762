import { deepStrictEqual } from 'node:assert';
import { tmpdir } from 'node:os';
import { openTables } from '@lathe/row-reader/table-reader';
import { ingestDefaults } from '../../settings.ts';
import { type Line, linesOf } from '../lines.ts';
import { readContainer } from './open-container.ts';
import type { ContainerOptions, Note } from './options.ts';

/** For tests: bytes in chunks of a size. */
async function* chunksOf(bytes: Uint8Array, size = 1000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

type Options = Partial<Omit<ContainerOptions, 'limits'>> & {
  readonly limits?: Partial<ContainerOptions['limits']>;
  readonly chunk?: number;
};

/** undefined where set-up had no compiler. */
const openTable = openTables();

/** For tests: everything that a file gives, in memory. Tables that are read in C as well give the same, or this throws. */
export async function readAll(
  file: string | Uint8Array | AsyncIterable<Uint8Array>,
  options: Options = {},
) {
  const found = await readOnce(file, options);
  if (openTable !== undefined && (typeof file === 'string' || file instanceof Uint8Array))
    deepStrictEqual(await readOnce(file, { ...options, ...untold(options), openTable }), found);
  return found;
}

/** Who asked to be told is told once. */
function untold({ tell }: Options): Options {
  const toNobody = () => undefined;
  return { onSplit: toNobody, onTold: toNobody, ...(tell && { tell: toNobody }) };
}

async function readOnce(
  file: string | Uint8Array | AsyncIterable<Uint8Array>,
  { limits, chunk, ...options }: Options,
) {
  const notes: Note[] = [];
  const bytes = typeof file === 'string' ? Buffer.from(file) : file;
  const source = bytes instanceof Uint8Array ? chunksOf(bytes, chunk) : bytes;
  const groups = await Array.fromAsync(
    readContainer(source, {
      param: 'training_file',
      folder: tmpdir(),
      tell: (note) => notes.push(note),
      ...options,
      limits: { ...ingestDefaults, ...limits },
    }),
  );
  const lines = groups.flatMap(linesOf).map(inBuffer);
  return {
    lines,
    notes,
    numbers: lines.map(({ number }) => number),
    records: lines.map(recordOf),
  };
}

/** Bytes of one kind, which are compared as such. */
function inBuffer(line: Line): Line {
  return 'bytes' in line ? { ...line, bytes: Buffer.from(line.bytes) } : line;
}

function recordOf(line: Line): unknown {
  if ('problem' in line) return line.problem.message;
  if (!('bytes' in line)) return 'too long';
  return JSON.parse(Buffer.from(line.bytes).toString());
}
