import { StringDecoder } from 'node:string_decoder';

/** UTF-16 as its byte order mark tells: the lesser byte of a character first, or the greater. */
export type WideEncoding = 'utf-16le' | 'utf-16be';

const byteOrderMarks = [
  // UTF-32 begins as UTF-16 does.
  ['fffe0000', undefined],
  ['fffe', 'utf-16le'],
  ['feff', 'utf-16be'],
] as const;

/** The encoding of a text that begins so with a byte order mark of UTF-16; undefined for any other. */
export function wideEncodingOf(head: Buffer): WideEncoding | undefined {
  const start = head.toString('hex', 0, 4);
  return byteOrderMarks.find(([mark]) => start.startsWith(mark))?.[1];
}

/** A byte that no UTF-8 has: the line that half of a character stands on is refused. */
const noCharacter = 0xff;
const mostUtf8OfUnit = 3;

/**
 * UTF-16 as UTF-8, its byte order mark too. Memory holds one chunk; half of a character becomes a byte that is no UTF-8.
 * @example for await (const bytes of utf8Of(artifacts.get('p/default/rows.txt'), 'utf-16le')) console.log(bytes.length);
 */
export async function* utf8Of(
  source: AsyncIterable<Uint8Array>,
  encoding: WideEncoding,
): AsyncGenerator<Uint8Array> {
  const decoder = new StringDecoder('utf16le');
  let odd = Buffer.alloc(0);
  for await (const chunk of source) {
    const bytes = Buffer.concat([odd, chunk]);
    const units = bytes.subarray(0, bytes.length - (bytes.length % 2));
    odd = bytes.subarray(units.length);
    yield utf8(decoder.write(encoding === 'utf-16be' ? units.swap16() : units));
  }
  yield utf8(decoder.end());
  if (odd.length > 0) yield Buffer.from([noCharacter]);
}

function utf8(text: string): Buffer {
  if (text.isWellFormed()) return Buffer.from(text);
  const bytes = Buffer.alloc(mostUtf8OfUnit * text.length);
  let length = 0;
  let from = 0;
  for (const { index } of text.matchAll(/\p{Surrogate}/gu)) {
    length += bytes.write(text.slice(from, index), length);
    bytes[length++] = noCharacter;
    from = index + 1;
  }
  length += bytes.write(text.slice(from), length);
  return bytes.subarray(0, length);
}

const newline = 0x0a;
const carriageReturn = 0x0d;

/** Whether the lines of a text that begins so end with CR alone, as old Macs had them. Cells within quotes may have other line ends. */
export function areOldMacs(head: Buffer): boolean {
  if (!head.includes(carriageReturn) || head.includes(0)) return false;
  // Behind the last one LF may follow.
  const text = head.toString('latin1').replace(/\r$/, '');
  const isOld = (each: string): boolean => !each.includes('\n') && each.includes('\r');
  return isOld(text) || isOld(text.replaceAll(/"(?:[^"]|"")*(?:"|$)/g, ''));
}

/** A text with LF where CR ends its lines, alone or before LF. Memory holds one chunk. */
export async function* withNewlines(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let last = 0;
  for await (const chunk of source) {
    const bytes = Buffer.allocUnsafeSlow(chunk.length);
    let length = 0;
    for (const byte of chunk) {
      if (byte !== newline || last !== carriageReturn)
        bytes[length++] = byte === carriageReturn ? newline : byte;
      last = byte;
    }
    yield bytes.subarray(0, length);
  }
}
