import type { Told } from './told.ts';

/** A row of a file: where it begins, and its bytes as JSON (of JSON Lines the line without its end), or why it was not read. */
export type Line = {
  /** The line on which it begins, from 1; of files without lines the number of the row. */
  readonly number: number;
  /** The name of its file in the archive that was uploaded; absent for others. */
  readonly member?: string;
  /** What is known of it besides, by what its file or its list in an object is called. */
  readonly told?: Told;
} & (
  | {
      /** What is wrong with it, as rule and sentence. */
      readonly problem: { readonly rule: string; readonly message: string };
    }
  | { readonly bytes: Uint8Array }
  | { readonly tooLong: true }
);

/** The rule of a problem after which a file is not read on, so that nobody knows how many rows are lost. */
export const unreadRule = 'unread';

/** Some lines one after another, at least one: what is read together goes on together. */
export type LineGroup = readonly Line[];

const newline = 0x0a;
const carriageReturn = 0x0d;
const byteOrderMark = [0xef, 0xbb, 0xbf] as const;
/** Lines of a group at most. */
const mostLines = 1024;

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
  let group: Line[] = [];
  const keep = (piece: Buffer): void => {
    length += piece.length;
    // What is over the limit is not kept, only counted.
    if (length <= maxLineBytes) parts.push(piece);
    else parts = [];
  };
  /** Ends the line whose last bytes, or only ones, are these. */
  const end = (bytes: Buffer, from: number, to: number): void => {
    number++;
    if (length === 0) {
      add(bytes, from, to);
      return;
    }
    keep(bytes.subarray(from, to));
    if (length > maxLineBytes) group.push({ number, tooLong: true });
    else {
      const whole = Buffer.concat(parts);
      add(whole, 0, whole.length);
    }
    parts = [];
    length = 0;
  };
  const add = (bytes: Buffer, from: number, to: number): void => {
    if (to - from > maxLineBytes) {
      group.push({ number, tooLong: true });
      return;
    }
    const first = from + (isMarked(bytes, from, to) ? byteOrderMark.length : 0);
    const last = to > first && bytes[to - 1] === carriageReturn ? to - 1 : to;
    if (!isBlank(bytes, first, last)) group.push({ number, bytes: bytes.subarray(first, last) });
  };
  for await (const chunk of source) {
    const buffer = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    let from = 0;
    for (let at = buffer.indexOf(newline); at !== -1; at = buffer.indexOf(newline, from)) {
      end(buffer, from, at);
      from = at + 1;
      if (group.length < mostLines) continue;
      yield group;
      group = [];
    }
    if (from < buffer.length) keep(buffer.subarray(from));
    if (group.length === 0) continue;
    yield group;
    group = [];
  }
  if (length > 0) end(Buffer.alloc(0), 0, 0);
  if (group.length > 0) yield group;
}

/** The same lines one by one. */
export async function* readLines(
  source: AsyncIterable<Uint8Array>,
  maxLineBytes: number,
): AsyncGenerator<Line> {
  for await (const group of readLineGroups(source, maxLineBytes)) yield* group;
}

/** Lines that are read one by one as groups. */
export async function* eachAlone(lines: AsyncIterable<Line>): AsyncGenerator<LineGroup> {
  for await (const line of lines) yield [line];
}

function isMarked(bytes: Buffer, from: number, to: number): boolean {
  const [first, second, third] = byteOrderMark;
  return (
    bytes[from] === first && // Other lines begin otherwise.
    to - from >= byteOrderMark.length &&
    bytes[from + 1] === second &&
    bytes[from + 2] === third
  );
}

function isBlank(bytes: Buffer, from: number, to: number): boolean {
  for (let at = from; at < to; at++) {
    const byte = bytes[at];
    if (byte !== 0x20 && byte !== 0x09 && byte !== carriageReturn) return false;
  }
  return true;
}
