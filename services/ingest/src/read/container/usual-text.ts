import { peek } from './peek.ts';
import { signatureOf } from './signature.ts';
import { areOldMacs, utf8Of, withNewlines } from './text-stream.ts';

/** First bytes by which it is told how a text is written. */
const sniffBytes = 64 * 1024;

const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * The bytes of a text without its byte order mark, as UTF-8 where that says UTF-16, and with LF at line ends where these are CR
 * alone; any other file as it is. Memory holds one chunk, and what is looked at.
 */
export async function* usualText(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const given = await peek(source, sniffBytes);
  const { is } = signatureOf(given.head);
  const isWide = is === 'utf-16le' || is === 'utf-16be';
  const text = isWide ? await peek(utf8Of(given.whole, is), sniffBytes) : given;
  let left = text.head.subarray(0, byteOrderMark.length).equals(byteOrderMark)
    ? byteOrderMark.length
    : 0;
  for await (const chunk of areOldMacs(text.head) ? withNewlines(text.whole) : text.whole) {
    const bytes = chunk.subarray(left);
    left -= chunk.length - bytes.length;
    yield bytes;
  }
}
