import { tmpdir } from 'node:os';
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

/** For tests: everything that a file gives, in memory. */
export async function readAll(
  file: string | Uint8Array | AsyncIterable<Uint8Array>,
  { limits, chunk, ...options }: Options = {},
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
  const lines = groups.flatMap(linesOf);
  return {
    lines,
    notes,
    numbers: lines.map(({ number }) => number),
    records: lines.map(recordOf),
  };
}

function recordOf(line: Line): unknown {
  if ('problem' in line) return line.problem.message;
  if (!('bytes' in line)) return 'too long';
  return JSON.parse(Buffer.from(line.bytes).toString());
}
