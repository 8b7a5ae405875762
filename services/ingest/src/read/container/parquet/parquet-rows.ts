import { once } from 'node:events';
import { ownPiece } from '@lathe/platform/artifacts/own-piece';
import { readLineGroups } from '../../line-reader.ts';
import type { LineGroup } from '../../lines.ts';
import { Unreadable } from '../limits.ts';
import type { LocalFile } from '../local-file.ts';
import type { Reading } from '../options.ts';
import { labelNameNotes } from './label-names.ts';
import { startParquetProgram } from './parquet-process.ts';
import { refusedExit } from './parquet-protocol.ts';

const mostSaid = 2000;
const aliveMs = 5000;

/**
 * The rows of a Parquet file of the local disk, each with its number. A process of its own reads them, with so much memory as
 * the limits say and no right to any other file: files that are made up make readers take all there is. Throws Unreadable for
 * those, and others that cannot be read.
 */
export async function* parquetRows(
  { fd, bytes }: LocalFile,
  { options, budget, told }: Reading,
): AsyncGenerator<LineGroup> {
  const { maxLineBytes, maxRows, maxRowGroupBytes, maxRowGroupValues, ...limits } = options.limits;
  const child = startParquetProgram({
    file: fd,
    limits: { maxRows, maxRowGroupBytes, maxRowGroupValues },
    memoryMegabytes: limits.parquetMemoryMegabytes,
  });
  const ended = once(child, 'close') as Promise<[code: number | null]>;
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    if (said.length < mostSaid) said += chunk.toString();
  });
  let isSilent = false;
  const silence = setTimeout(() => {
    isSilent = true;
    child.kill('SIGKILL');
  }, limits.parquetSilenceMs);
  // A row group is unpacked before its first row comes.
  const waiting = setInterval(() => options.alive?.(), aliveMs);
  const count = { packed: bytes, unpacked: 0 };
  const tellNames = (line: Buffer): void => {
    for (const note of labelNameNotes(line.toString())) {
      if (!told.has(note.message)) options.tell(note);
      told.add(note.message);
    }
  };
  const counted = async function* (): AsyncGenerator<Uint8Array> {
    /** Of the first line, which tells of the columns; undefined behind it. */
    let before: Buffer | undefined = Buffer.of();
    for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
      silence.refresh();
      count.unpacked += chunk.length;
      budget.take(chunk.length, count);
      if (before === undefined) {
        // Pipes give each piece memory of its own.
        yield ownPiece(chunk);
        continue;
      }
      const first: Buffer = Buffer.concat([before, chunk]);
      const end = first.indexOf('\n');
      before = end === -1 ? first : undefined;
      if (end === -1) continue;
      tellNames(first.subarray(0, end));
      yield first.subarray(end + 1);
    }
  };
  try {
    yield* readLineGroups(counted(), maxLineBytes);
    const [code] = await ended;
    if (code === 0) return;
    if (code === refusedExit) throw new Unreadable(said);
    throw new Unreadable(
      isSilent
        ? 'is damaged: reading its Parquet data does not end'
        : 'is damaged: reading its Parquet data takes more memory than its rows could',
      { cause: said },
    );
  } finally {
    clearTimeout(silence);
    clearInterval(waiting);
    child.kill('SIGKILL');
  }
}
