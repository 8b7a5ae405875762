import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { openTables } from '@lathe/row-reader/table-reader';
import { describe, expect, it } from 'vitest';
import { ingestDefaults } from '../../settings.ts';
import { type Line, lineCount, linesOf } from '../lines.ts';
import { readAll } from './container.fixture.ts';
import { readContainer } from './open-container.ts';

/** Pieces that are made as they are asked for. */
async function* repeated(piece: Uint8Array, count: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < count; at++) yield piece;
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** What is held, without what nobody needs any more: how much of that lies about is up to the collector. */
function heldBytes(): number {
  // Buffers are freed beside the program; the second run waits for that of the first.
  collectGarbage();
  collectGarbage();
  const { heapUsed, arrayBuffers, external } = process.memoryUsage();
  return heapUsed + arrayBuffers + external;
}

/** Pieces after which it is looked again. */
const piecesBetween = 10;

/** Reads without keeping: how many lines, the last of them, and how much more was held meanwhile than before. */
async function drain(source: AsyncIterable<Uint8Array>, limits = {}, { isNative = false } = {}) {
  const before = heldBytes();
  let most = before;
  async function* watched(): AsyncGenerator<Uint8Array> {
    let pieces = 0;
    for await (const piece of source) {
      yield piece;
      if (++pieces % piecesBetween === 0) most = Math.max(most, heldBytes());
    }
  }
  let count = 0;
  let last = '';
  const options = {
    param: 'training_file',
    folder: '/nowhere',
    limits: { ...ingestDefaults, ...limits },
    tell: () => undefined,
    openTable: isNative ? openTables() : undefined,
  };
  for await (const group of readContainer(watched(), options)) {
    const line = linesOf(group).at(-1) as Line;
    count += lineCount(group);
    last = 'bytes' in line ? line.bytes.toString() : JSON.stringify(line);
  }
  return { count, last, grown: most - before };
}

const megabyte = 2 ** 20;
/** A small part of what is read. */
const bound = 20 * megabyte;

describe('memory stays bounded', () => {
  it.each<[string, string]>([
    ['JSON Lines', '{"text": "'],
    ['a JSON array', '[{"text": "'],
    ['a JSON object', '{"data": [{"text": "'],
    ['plain text', 'It was '],
    ['a table', 'text,label\na,b\n"'],
    ['a table in C', 'text,label\na,b\n"'],
    ['UTF-16', '\u00ff\u00fe'],
    ['old Macs', '{"text": "a"}\r{"text": "'],
  ])('in a long line of %s', async (of, begins) => {
    async function* source() {
      yield Buffer.from(begins, 'latin1');
      yield* repeated(Buffer.alloc(megabyte, 0x61), 200);
    }
    const { last, grown } = await drain(
      source(),
      { maxLineBytes: megabyte },
      { isNative: of.endsWith('in C') },
    );
    expect(last).toMatch(/tooLong|is not closed|ends in the middle/);
    expect(grown).toBeLessThan(bound);
  });

  it.each<[string, string, string, string]>([
    ['JSON Lines', '', '{}\n', ''],
    ['a JSON array', '[{}', ',\n{}', ']'],
    ['a table', 'text,label\n', 'a,b\n', ''],
    ['a table in C', 'text,label\n', 'a,b\n', ''],
  ])('in many tiny rows of %s', async (of, begins, row, ends) => {
    const rows = 15_000;
    async function* source() {
      yield Buffer.from(begins);
      yield* repeated(Buffer.from(row.repeat(rows)), 40);
      yield Buffer.from(ends);
    }
    const { count, grown } = await drain(source(), {}, { isNative: of.endsWith('in C') });
    expect(count).toBeGreaterThanOrEqual(40 * rows);
    expect(grown).toBeLessThan(bound);
  });

  it('in an array of millions of levels, and a sentence of as many words', async () => {
    async function* deep() {
      yield Buffer.from('[1,');
      yield* repeated(Buffer.alloc(megabyte, '['), 200);
    }
    const { last, grown } = await drain(deep(), { maxLineBytes: megabyte });
    expect(last).toContain('the file ends in the middle of the JSON value that begins here');
    const words = repeated(Buffer.from('word\tO\nWord\tB-X\n'.repeat(10_000)), 10);
    const sentence = await drain(words, { maxLineBytes: megabyte });
    expect(sentence.last).toContain('tooLong');
    expect(grown).toBeLessThan(bound);
  });
});

describe('refuses', () => {
  const zeros = Buffer.alloc(10 * megabyte, 'a');
  const limits = { unpackGraceBytes: megabyte, maxUnpackedBytes: 4 * megabyte };
  it.each<[string, Uint8Array, string]>([
    ['a gzip bomb', gzipSync(zeros), 'unpacks to more than 300 times its size, as no rows do'],
    ['a zstd bomb', zstdCompressSync(zeros), 'unpacks to more than 300 times its size'],
    ['a bomb in a bomb', gzipSync(gzipSync(zeros)), 'unpacks to more than 300 times its size'],
    [
      'more than an upload may unpack to',
      gzipSync(Buffer.from('a fine row of text that is long enough\n'.repeat(150_000)), {
        level: 0,
      }),
      'holds more than 4 MiB when unpacked',
    ],
    [
      'what is packed too often',
      gzipSync(gzipSync(gzipSync(gzipSync('{"text": "a"}')))),
      'is packed more than 3 times',
    ],
    [
      'gzip that is cut short',
      gzipSync('{"text": "a"}\n').subarray(0, -6),
      'is cut short: its gzip data end too early',
    ],
    [
      'zstd that is cut short',
      zstdCompressSync('{"text": "a"}\n').subarray(0, -3),
      'is cut short: its zstd data end too early',
    ],
    [
      'zstd with a window of 256 MB',
      Buffer.from('28b52ffd009009000061', 'hex'),
      'is packed with a window of more than 128 MiB; pack it with zstd without --long',
    ],
    [
      'ORC',
      Buffer.concat([Buffer.from('ORC'), Buffer.from('0a0be900fe0a0be900fe0a0be900fe', 'hex')]),
      'is an ORC file; save it as JSON Lines or Parquet',
    ],
    [
      'what follows zstd',
      Buffer.concat([zstdCompressSync('{"text": "a"}\n'), Buffer.from('more')]),
      'is damaged: what follows its zstd data is none',
    ],
    [
      'gzip that is damaged',
      Buffer.concat([gzipSync('{}').subarray(0, 10), deflateSync('x')]),
      'is damaged: its gzip data cannot be unpacked',
    ],
    [
      'UTF-16 without a mark',
      Buffer.from('text,label\na,b\n', 'utf16le'),
      'is UTF-16 text without a byte order mark; save it as UTF-8.',
    ],
    [
      'Latin-1',
      Buffer.from('Grün\nweiß\nblöd\nüber\n', 'latin1'),
      'is text in another encoding than UTF-8, such as Latin-1 or Windows-1252; save it as UTF-8.',
    ],
    [
      'a PDF',
      Buffer.from('%PDF-1.7\n%âãÏÓ', 'latin1'),
      'is a PDF document; save its text as UTF-8 text or Markdown.',
    ],
    [
      'an image',
      Buffer.from('89504e470d0a1a0a', 'hex'),
      'is an image (PNG); only text can be trained.',
    ],
    [
      'an old spreadsheet',
      Buffer.from('d0cf11e0a1b11ae1', 'hex'),
      'is a spreadsheet or document of old Office programs; save the sheet as CSV',
    ],
    [
      'a pickle',
      Buffer.from('80049521', 'hex'),
      'is a Python pickle, which is a program; save its rows as JSON Lines.',
    ],
    ['bzip2', Buffer.from('BZh91AY&SY', 'latin1'), 'is packed with bzip2; unpack it'],
    [
      'a page',
      Buffer.from('<!DOCTYPE html><script>alert(1)</script>'),
      'is an HTML page; save its text',
    ],
    [
      'bytes of no kind',
      Buffer.alloc(5000, 'a\u0000\u0000\u0001'),
      'is no text and of no kind that is known',
    ],
  ])('%s', async (_, file, what) => {
    await expect(readAll(file, { limits, chunk: 65_536 })).rejects.toThrow(`The file ${what}`);
  });
});

it('names the line after which a file cannot be read on', async () => {
  const rows = Array.from(
    { length: 50_000 },
    (_, at) => `{"text": "row ${at} ${(at * 7919) % 1000}"}`,
  );
  const whole = gzipSync(rows.join('\n'));
  const cut = readAll(whole.subarray(0, whole.length / 2));
  await expect(cut).rejects.toThrow(/its gzip data end too early after line \d{4,}\.$/);
});

it('takes formulas in cells as text', async () => {
  const cells = ['=1+1', '=HYPERLINK(""http://x"")', '+1', '-1', '@SUM(A1)'];
  const table = `text,label\n${cells.map((cell) => `"${cell}",a`).join('\n')}\n`;
  const { records } = await readAll(table);
  expect(records).toEqual(cells.map((cell) => ({ text: cell.replaceAll('""', '"'), label: 'a' })));
});
