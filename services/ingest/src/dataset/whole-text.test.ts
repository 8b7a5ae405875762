import { expect, it } from 'vitest';
import { wholeText } from './whole-text.ts';

const page = '## Where are you?\n\nIn Graz 𠮷.\n';
const textOf = (bytes: Uint8Array) =>
  wholeText({
    record: { filename: 'faq.md', bytes: bytes.length } as Parameters<
      typeof wholeText
    >[0]['record'],
    async *read() {
      yield bytes;
    },
  });

it('reads pages as UTF-8, as UTF-16 with a mark, and with the line ends of old Macs', async () => {
  const old = page.replaceAll('\n', '\r');
  for (const text of [page, old]) {
    expect(await textOf(Buffer.from(text))).toBe(page);
    expect(await textOf(Buffer.from(`\ufeff${text}`, 'utf16le'))).toBe(page);
    expect(await textOf(Buffer.from(`\ufeff${text}`, 'utf16le').swap16())).toBe(page);
  }
});

it('takes a page with a NUL somewhere', async () => {
  const withNul = page.replace('Graz', 'Gr\u0000az');
  expect(await textOf(Buffer.from(withNul))).toBe(withNul);
});

it('refuses pages of other bytes', async () => {
  const notUtf8 = '"faq.md" is not valid UTF-8; save the page as UTF-8.';
  await expect(textOf(Buffer.from('schön', 'latin1'))).rejects.toThrow(notUtf8);
  await expect(textOf(Buffer.from('Where?\n', 'utf16le'))).rejects.toThrow(
    '"faq.md" holds NUL characters, as UTF-16 text without a byte order mark does; save the page as UTF-8.',
  );
});
