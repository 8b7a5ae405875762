import { takeOver } from '@lathe/platform/artifacts/own-piece';
import { type Line, type LineColumns, type LineGroup, linesOf } from './lines.ts';

const newline = 0x0a;
const carriageReturn = 0x0d;
const byteOrderMark = [0xef, 0xbb, 0xbf] as const;
/** Lines of a group at most. */
const mostLines = 8192;

/**
 * Splits a stream of bytes at newlines, and gives the lines that end in one chunk together. A UTF-8 byte order mark, which files that were put together have in
 * their middle too, and the CR of a CRLF are removed; blank lines are counted and left out. Memory stays below one chunk and `maxLineBytes`: of a longer
 * line only its number comes out.
 */
export async function* readLineGroups(
  source: AsyncIterable<Uint8Array>,
  maxLineBytes: number,
): AsyncGenerator<LineGroup> {
  let number = 0;
  /** Of a line that began in a chunk before. */
  let parts: Buffer[] = [];
  let length = 0;
  const columns = createColumns();
  const keep = (piece: Buffer): void => {
    length += piece.length;
    // What is over the limit is not kept, only counted.
    if (length <= maxLineBytes) parts.push(piece);
    else parts = [];
  };
  /** Ends the line that began in a chunk before; undefined where it is blank. */
  const endKept = (): Line | undefined => {
    number++;
    const whole = length > maxLineBytes ? undefined : Buffer.concat(parts);
    parts = [];
    length = 0;
    if (whole === undefined) return { number, tooLong: true };
    const start = startOf(whole, 0, whole.length);
    const end = endOf(whole, start, whole.length);
    return isBlank(whole, start, end) ? undefined : { number, bytes: whole.subarray(start, end) };
  };
  for await (const chunk of source) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    let from = 0;
    if (length > 0) {
      const at = bytes.indexOf(newline);
      keep(at === -1 ? bytes : bytes.subarray(0, at));
      if (at === -1) continue;
      const line = endKept();
      if (line !== undefined) yield [line];
      from = at + 1;
    }
    let areOwn = takeOver(bytes);
    for (let at = bytes.indexOf(newline, from); at !== -1; at = bytes.indexOf(newline, from)) {
      number++;
      const start = startOf(bytes, from, at);
      const end = endOf(bytes, start, at);
      const isTooLong = at - from > maxLineBytes;
      if (!isTooLong && !isBlank(bytes, start, end)) columns.add(number, start, end);
      from = at + 1;
      if (columns.length === mostLines || (isTooLong && columns.length > 0)) {
        areOwn = false;
        yield columns.take(bytes);
      }
      if (isTooLong) yield [{ number, tooLong: true }];
    }
    if (columns.length === 0) areOwn = false;
    // Whoever has the group gives the memory of the chunk back, where that is its own.
    if (from < bytes.length)
      keep(areOwn ? Buffer.from(bytes.subarray(from)) : bytes.subarray(from));
    if (columns.length > 0) yield { ...columns.take(bytes), ...(areOwn && { areOwn }) };
  }
  const line = length > 0 ? endKept() : undefined;
  if (line !== undefined) yield [line];
}

/** The same lines one by one. */
export async function* readLines(
  source: AsyncIterable<Uint8Array>,
  maxLineBytes: number,
): AsyncGenerator<Line> {
  for await (const group of readLineGroups(source, maxLineBytes)) yield* linesOf(group);
}

/** Gathers lines of the same bytes. */
function createColumns() {
  const starts = new Int32Array(mostLines);
  const ends = new Int32Array(mostLines);
  const numbers = new Float64Array(mostLines);
  let length = 0;
  return {
    get length() {
      return length;
    },
    add(number: number, start: number, end: number): void {
      starts[length] = start;
      ends[length] = end;
      numbers[length++] = number;
    },
    /** Gives the lines that were gathered of these bytes, and begins anew. */
    take(bytes: Uint8Array): LineColumns {
      const taken = { starts: starts.slice(0, length), ends: ends.slice(0, length) };
      const given = { bytes, ...taken, numbers: numbers.slice(0, length) };
      length = 0;
      return given;
    },
  };
}

/** Where a line begins behind a byte order mark. */
function startOf(bytes: Buffer, from: number, to: number): number {
  const [first, second, third] = byteOrderMark;
  const isMarked =
    bytes[from] === first && // Other lines begin otherwise.
    to - from >= byteOrderMark.length &&
    bytes[from + 1] === second &&
    bytes[from + 2] === third;
  return isMarked ? from + byteOrderMark.length : from;
}

/** Where it ends before the CR of a CRLF. */
function endOf(bytes: Buffer, from: number, to: number): number {
  return to > from && bytes[to - 1] === carriageReturn ? to - 1 : to;
}

function isBlank(bytes: Buffer, from: number, to: number): boolean {
  for (let at = from; at < to; at++) {
    const byte = bytes[at];
    if (byte !== 0x20 && byte !== 0x09 && byte !== carriageReturn) return false;
  }
  return true;
}
