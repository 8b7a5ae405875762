import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readAll } from './container.fixture.ts';

/** Ten rows that every container must give alike. */
const rows = Array.from({ length: 10 }, (_, at) => ({
  text: `${at}: "quoted", é 🙂; and\ttabs ${at % 3 === 0 ? 'over\ntwo lines' : ''}`,
  label: at % 2 === 0 ? 'ham' : 'spam',
}));
const json = (indent?: number) => JSON.stringify(rows, undefined, indent);
const lines = rows.map((row) => JSON.stringify(row)).join('\n');
const cell = (text: string) => `"${text.replaceAll('"', '""')}"`;
const table = (delimiter: string) =>
  [['text', 'label'], ...rows.map(({ text, label }) => [cell(text), label])]
    .map((cells) => cells.join(delimiter))
    .join('\r\n');

const texts: Readonly<Record<string, string>> = {
  'JSON Lines': lines,
  'JSON Lines with a byte order mark, CRLF and blank lines': `\ufeff${lines.replaceAll('\n', '\r\n\r\n')}\r\n`,
  'a JSON array': json(),
  'a JSON array over lines': json(2),
  'a JSON array with a row a line': `[\n${lines.replaceAll('\n', ',\n')}\n]`,
  'JSON values over lines': rows.map((row) => JSON.stringify(row, undefined, 2)).join('\n'),
  'a JSON object with data': JSON.stringify({ version: 1, data: rows }),
  'a JSON object with one list': JSON.stringify({ utterances: rows }, undefined, 1),
  'a JSON object with a list a split': JSON.stringify({ test: rows.slice(0, 3), train: rows }),
  CSV: table(','),
  TSV: table('\t'),
  'CSV with semicolons': `\ufeff${table(';')}\n`,
  'CSV with bars': table('|'),
};

describe('gives the same ten rows from', () => {
  it.each(Object.entries(texts))('%s, as it is and packed', async (_, text) => {
    const bytes = Buffer.from(text);
    const half = bytes.length >> 1;
    const parts = [bytes.subarray(0, half), bytes.subarray(half)];
    const packed: Uint8Array[] = [
      bytes,
      gzipSync(bytes),
      zstdCompressSync(bytes),
      Buffer.concat(parts.map((part) => gzipSync(part))),
      // node:zlib unpacks the first frame alone.
      Buffer.concat(parts.map((part) => zstdCompressSync(part))),
      gzipSync(zstdCompressSync(bytes)),
    ];
    for (const file of packed)
      for (const chunk of [3, 100_000]) {
        const { records } = await readAll(file, { chunk });
        expect(records).toEqual(rows);
      }
  });
});
