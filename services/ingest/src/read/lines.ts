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

const newline = 0x0a;
const carriageReturn = 0x0d;
const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * Splits a stream of bytes at newlines. A UTF-8 byte order mark, which files that were put together have in
 * their middle too, and the CR of a CRLF are removed; blank lines are counted and left out. Memory stays below one chunk and `maxLineBytes`: of a longer
 * line only its number comes out.
 */
export async function* readLines(
  source: AsyncIterable<Uint8Array>,
  maxLineBytes: number,
): AsyncGenerator<Line> {
  let number = 0;
  let parts: Buffer[] = [];
  let length = 0;
  const take = (): Line | undefined => {
    number++;
    const whole = parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
    const tooLong = length > maxLineBytes;
    parts = [];
    length = 0;
    if (tooLong) return { number, tooLong };
    const bytes = trimmed(whole);
    return isBlank(bytes) ? undefined : { number, bytes };
  };
  const add = (piece: Buffer): void => {
    length += piece.length;
    // What is over the limit is not kept, only counted.
    if (length <= maxLineBytes) parts.push(piece);
    else parts = [];
  };
  for await (const chunk of source) {
    const buffer = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    let from = 0;
    for (let at = buffer.indexOf(newline); at !== -1; at = buffer.indexOf(newline, from)) {
      add(buffer.subarray(from, at));
      from = at + 1;
      const line = take();
      if (line !== undefined) yield line;
    }
    if (from < buffer.length) add(buffer.subarray(from));
  }
  if (length > 0) {
    const line = take();
    if (line !== undefined) yield line;
  }
}

function trimmed(bytes: Buffer): Buffer {
  const from = bytes.subarray(0, 3).equals(byteOrderMark) ? 3 : 0;
  const to = bytes.at(-1) === carriageReturn ? bytes.length - 1 : bytes.length;
  return bytes.subarray(from, to);
}

function isBlank(bytes: Buffer): boolean {
  for (const byte of bytes)
    if (byte !== 0x20 && byte !== 0x09 && byte !== carriageReturn) return false;
  return true;
}
