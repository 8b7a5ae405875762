import { peek } from './peek.ts';
import { areOldMacs, utf8Of, wideEncodingOf, withNewlines } from './text-stream.ts';

/** First bytes by which it is told how a text is written. */
const sniffBytes = 64 * 1024;

const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * The bytes of a text without its byte order mark, as UTF-8 where that says UTF-16, and with LF at line ends where these are CR
 * alone; any other file as it is. Memory holds one chunk, and what is looked at.
 * @example for await (const bytes of usualText(artifacts.get('p/default/rows.jsonl'))) console.log(bytes.length);
 */
export async function* usualText(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const given = await peek(source, sniffBytes);
  const wide = wideEncodingOf(given.head);
  const text = wide === undefined ? given : await peek(utf8Of(given.whole, wide), sniffBytes);
  let left = text.head.subarray(0, byteOrderMark.length).equals(byteOrderMark)
    ? byteOrderMark.length
    : 0;
  for await (const chunk of areOldMacs(text.head) ? withNewlines(text.whole) : text.whole) {
    const bytes = chunk.subarray(left);
    left -= chunk.length - bytes.length;
    yield bytes;
  }
}
