import { readFileSync } from 'node:fs';
import { open, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ingestDefaults } from '../../../settings.ts';
import { readAll } from '../container.fixture.ts';
import { zipOf } from '../zip.fixture.ts';
import { type Lies, parquetOf } from './parquet.fixture.ts';
import { writeParquetLines } from './parquet-lines.ts';

/** What pyarrow wrote (bench/reference/parquet_rows.py). */
const { files, rows } = JSON.parse(
  readFileSync(new URL('./fixtures/files.json', import.meta.url), 'utf8'),
) as {
  files: [name: string, base64: string][];
  rows: ({ tools: string } & Record<string, unknown>)[];
};
const wanted = rows.map((row) => ({ ...row, tools: JSON.parse(row.tools) as unknown }));
const written = (at: number) => Buffer.from(files[at]?.[1] ?? '', 'base64');

let folder: Awaited<ReturnType<typeof tempFolder>>;
beforeAll(async () => {
  folder = await tempFolder();
});
afterAll(() => folder[Symbol.asyncDispose]());

/** Rows of a file, read in this process. */
async function read(file: Uint8Array, limits = {}): Promise<unknown[]> {
  const path = join(folder.path, 'file.parquet');
  await writeFile(path, file);
  await using opened = await open(path);
  const pieces: Buffer[] = [];
  await writeParquetLines(
    opened.fd,
    { ...ingestDefaults, ...limits },
    { tell: () => undefined, write: (piece) => pieces.push(Buffer.from(piece)) },
  );
  const texts = Buffer.concat(pieces).toString().split('\n').slice(0, -1);
  return texts.map((text) => JSON.parse(text) as unknown);
}

it.each(files)('reads what pyarrow writes: %s', async (_, base64) => {
  expect(await read(Buffer.from(base64, 'base64'))).toEqual(wanted);
});

it.each(files)('reads some rows at a time of what pyarrow writes: %s', async (_, base64) => {
  for (const windowBytes of [1, 300])
    expect(await read(Buffer.from(base64, 'base64'), { windowBytes })).toEqual(wanted);
});

/** What pandas, DuckDB and pyarrow wrote (bench/reference/parquet_values.py). */
const values = JSON.parse(
  readFileSync(new URL('./fixtures/values.json', import.meta.url), 'utf8'),
) as {
  files: [name: string, base64: string, rows: unknown[]][];
  refused: [name: string, base64: string, why: string][];
  labelled: { file: string; names: Record<string, string[]> };
};

it.each(values.files)('loses nothing of what others write: %s', async (_, base64, rows) => {
  for (const windowBytes of [1, 1_000_000])
    expect(await read(Buffer.from(base64, 'base64'), { windowBytes })).toEqual(rows);
});

it.each(values.refused)('names the column that it cannot read: %s', async (_, base64, why) => {
  await expect(read(Buffer.from(base64, 'base64'))).rejects.toThrow(why);
});

it.each([
  ['SNAPPY', undefined],
  ['UNCOMPRESSED', undefined],
  ['GZIP', { GZIP: gzipSync }],
  ['ZSTD', { ZSTD: zstdCompressSync }],
] as const)(
  'reads pages of some size, whose memory is given back meanwhile: %s',
  async (codec, compressors) => {
    const many = Array.from({ length: 3000 }, (_, at) => ({
      text: `${at} ${'words that differ '.repeat(at % 30)}é`,
      same: `one of ${at % 7} ${'x'.repeat(20_000)}`,
      long: BigInt(at),
      number: at / 8,
      list: { at, of: 'é'.repeat(at % 50) },
    }));
    const column = (
      name: keyof (typeof many)[number],
      type: 'STRING' | 'INT64' | 'DOUBLE' | 'JSON',
    ) => ({
      ...{ name, type },
      data: many.map((row) => row[name]),
    });
    const columnData = [
      ...[column('text', 'STRING'), column('same', 'STRING'), column('long', 'INT64')],
      ...[column('number', 'DOUBLE'), column('list', 'JSON')],
    ];
    const file = parquetWriteBuffer({
      ...{ columnData, codec, pageSize: 100_000, rowGroupSize: 2000 },
      ...(compressors && { compressors }),
    });
    const expected = many.map((row) => ({
      ...row,
      ...{ long: Number(row.long), list: JSON.stringify(row.list) },
    }));
    for (const windowBytes of [200_000, 100_000_000]) {
      const rows = await read(Buffer.from(file), { windowBytes });
      // Rows are too large to be shown.
      expect(rows.findIndex((row, at) => !isDeepStrictEqual(row, expected[at]))).toBe(-1);
      expect(rows).toHaveLength(expected.length);
    }
  },
);

it('is read in a process of its own, packed, and in archives', async () => {
  const own = await tempFolder();
  await using _ = own;
  const packed = await readAll(gzipSync(written(0)), { folder: own.path });
  expect(packed.records).toEqual(wanted);
  expect(packed.numbers).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  const archive = zipOf([
    { name: 'train-00000-of-00001.parquet', data: written(1) },
    { name: 'dev.parquet', data: written(2) },
  ]);
  const { records, lines } = await readAll(archive, { folder: own.path });
  expect(records).toEqual(wanted);
  expect(lines[0]).toMatchObject({ number: 1, member: 'train-00000-of-00001.parquet' });
  expect(await readdir(own.path)).toEqual([]);
});

it('tells once how labels are called of which a file has the numbers', async () => {
  const { file, names } = values.labelled;
  const data = Buffer.from(file, 'base64');
  const archive = zipOf(['a', 'b'].map((name) => ({ name: `${name}.parquet`, data })));
  const { records, numbers, notes } = await readAll(archive, { folder: folder.path });
  const row = { text: 'Ann sings', label: 1, ner_tags: [1, 0] };
  expect(records).toEqual([row, row]);
  expect(numbers).toEqual([1, 1]);
  expect(notes).toEqual(
    Object.entries(names).map(([column, said]) => ({
      ...{ number: 0, rule: 'label-names' },
      message: `The file has names for the numbers of "${column}", which 'lathe.data.label_names' takes: ${JSON.stringify(said)}`,
    })),
  );
});

describe('a file that lies', () => {
  it('is made as others are', async () => {
    expect(await read(parquetOf(3))).toEqual([{ text: 'x' }, { text: 'x' }, { text: 'x' }]);
  });

  it.each<[string, Lies, string]>([
    ['of rows', { fileRows: 9 }, 'say that there are 9 rows, and their parts have 5'],
    [
      'of rows of a group',
      { groupRows: 9, fileRows: 9 },
      'say that 9 rows have 5 values of the column "text"',
    ],
    [
      'of rows below none',
      { groupRows: -5, fileRows: -5 },
      'say that a part has fewer rows than none',
    ],
    [
      'of values',
      { groupRows: 9, fileRows: 9, values: 9 },
      'have 5 values of the column "text", and say 9',
    ],
    [
      'of values of a page',
      { pageValues: 2_000_000_000 },
      'have more values of the column "text" than they say',
    ],
    [
      'of values below none',
      { pageValues: -5 },
      'have more values of the column "text" than they say',
    ],
    ['of its place', { offset: 2_000_000 }, 'say that the column "text" lies outside of the file'],
    [
      'of its size',
      { chunkBytes: 2_000_000_000 },
      'say that the column "text" lies outside of the file',
    ],
    ['of its end', { cut: 1 }, 'say that a page of the column "text" is larger than the column'],
    [
      'of places of columns',
      { columns: Array.from({ length: 500 }, (_, at) => `c${at}`) },
      'use the same bytes for several columns',
    ],
    [
      'of places of groups',
      { groups: 20, fileRows: 100 },
      'use the same bytes for several columns',
    ],
    [
      'of its description',
      { footerBytes: 0xfffffff0 },
      'the end of its Parquet data is larger than it may be',
    ],
  ])('%s', async (_, lies, what) => {
    await expect(read(parquetOf(5, lies))).rejects.toThrow(what);
  });

  it('of the size of a page, or holds more than the limits', async () => {
    await expect(read(parquetOf(5, { pageBytes: 2_000_000_000 }))).rejects.toThrow(
      'has more than 512 MiB in row group 1 of 1 (5 rows), at the column "text"; write it with smaller row groups',
    );
    await expect(read(parquetOf(5), { maxRows: 4 })).rejects.toThrow('has more than 4 rows');
    await expect(read(parquetOf(5), { maxRowGroupValues: 4 })).rejects.toThrow(
      'has more than 4 values of the column "text" in row group 1 of 1 (5 rows)',
    );
    // Lists of objects are read a row group at a time, so they are held to the same.
    await expect(read(written(0), { maxRowGroupBytes: 400 })).rejects.toThrow(
      /^has more than 400 bytes in row group 1 of \d+ \(\d+ rows\), at the column "[^"]+"; write it/,
    );
    await expect(read(parquetOf(5, { codec: 3 }))).rejects.toThrow('uses what cannot be read');
  });

  it('of a run that fills the memory ends its own process only', async () => {
    const bomb = readAll(parquetOf(5, { run: 2 ** 30 }), {
      folder: folder.path,
      limits: { parquetMemoryMegabytes: 64 },
    });
    await expect(bomb).rejects.toThrow(
      'The file is damaged: reading its Parquet data takes more memory than its rows could.',
    );
  });

  it('of little bytes and much text is held to what an upload may unpack to', async () => {
    const bomb = readAll(parquetOf(200_000, { text: 'x'.repeat(10_000) }), {
      folder: folder.path,
      limits: { unpackGraceBytes: 1_000_000 },
    });
    await expect(bomb).rejects.toThrow('unpacks to more than 300 times its size, as no rows do');
  });

  it('by any byte that was changed is refused, or gives rows', async () => {
    const whole = parquetOf(3);
    for (const [at, byte] of whole.entries())
      for (const other of [0, 0x7f, 0xff, byte ^ 1, byte ^ 0x10]) {
        const file = Buffer.from(whole);
        file[at] = other;
        const outcome = await read(file).catch((error: unknown) => error);
        if (outcome instanceof Error) expect(outcome.name).toBe('Unreadable');
      }
  });

  it('by its end that is missing is cut short', async () => {
    const whole = written(0);
    for (const at of [20, 1000, whole.length - 1])
      await expect(read(whole.subarray(0, at))).rejects.toThrow('is cut short');
  });
});
