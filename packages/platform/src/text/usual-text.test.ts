import { expect, it } from 'vitest';
import { usualText } from './usual-text.ts';

async function* inChunks(bytes: Uint8Array, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const usual = async (bytes: Uint8Array, size: number): Promise<string> =>
  Buffer.concat(await Array.fromAsync(usualText(inChunks(bytes, size)))).toString('latin1');

const latin = (text: string): string => Buffer.from(text).toString('latin1');
const wide = (text: string): Buffer => Buffer.from(`\ufeff${text}`, 'utf16le');

it.each<[string, Buffer, string]>([
  ['UTF-8', Buffer.from('Grüß\r\n𠮷\n'), latin('Grüß\r\n𠮷\n')],
  ['UTF-8 with a byte order mark', Buffer.from('\ufeffé\n'), latin('é\n')],
  ['UTF-16', wide('Grüß\r\n𠮷\n'), latin('Grüß\r\n𠮷\n')],
  ['UTF-16 the other way', wide('Grüß\n𠮷').swap16(), latin('Grüß\n𠮷')],
  ['CR alone', Buffer.from('\ufeffa\r\rb\r'), 'a\n\nb\n'],
  ['UTF-16 with CR alone', wide('a\ré\r'), latin('a\né\n')],
  ['half a character', wide('a\ud800b\nc'), 'a\u00ffb\nc'],
  ['half a unit', Buffer.concat([wide('a'), Buffer.from('b')]), 'a\u00ff'],
  ['UTF-32', Buffer.from('fffe000061000000', 'hex'), '\u00ff\u00fe\0\0a\0\0\0'],
  ['nothing', Buffer.alloc(0), ''],
])('%s', async (_, bytes, text) => {
  for (const size of [1, 3, 100]) expect(await usual(bytes, size)).toBe(text);
});

it('ends the source of which nothing more is read', async () => {
  let isEnded = false;
  async function* source() {
    try {
      for (;;) yield wide('a\r'.repeat(50_000));
    } finally {
      isEnded = true;
    }
  }
  for await (const chunk of usualText(source())) if (chunk.length > 0) break;
  expect(isEnded).toBe(true);
});
