import { gzipSync, zstdCompressSync } from 'node:zlib';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { zipOf } from './zip.fixture.ts';

type Row = Readonly<Record<string, unknown>>;

/** For tests: the same rows as a file of each container that holds records, by the end of its name. */
export const recordFiles: Readonly<Record<string, (rows: readonly Row[]) => Buffer>> = {
  jsonl: (rows) => Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join('')),
  json: (rows) => Buffer.from(JSON.stringify(rows, undefined, 2)),
  csv: (rows) => table(rows, ','),
  tsv: (rows) => table(rows, '\t'),
  parquet,
};

/** For tests: a file as it is, packed, in an archive, packed there, and the other way round, each with its name. */
export function packings(name: string, bytes: Uint8Array): readonly [name: string, Uint8Array][] {
  const [gz, zst] = [gzipSync(bytes), zstdCompressSync(bytes)];
  return [
    [name, bytes],
    [`${name}.gz`, gz],
    [`${name}.zst`, zst],
    [`${name}.zip`, zipOf([{ name, data: bytes }])],
    [`${name}.gz.zip`, zipOf([{ name: `${name}.gz`, data: gz, isStored: true }])],
    [`${name}.zst.zip`, zipOf([{ name: `${name}.zst`, data: zst, isStored: true }])],
    [`${name}.zip.gz`, gzipSync(zipOf([{ name, data: bytes }]))],
  ];
}

/** For tests: an archive as folders of Hugging Face's hub are, with parts to train on, and others to leave out. */
export function hubArchive(extension: string, parts: readonly Uint8Array[]): Uint8Array {
  const named = (split: string, part: number, of: number) =>
    `data/${split}-0000${part}-of-0000${of}.${extension}`;
  const train = parts.map((data, at) => ({ name: named('train', at, parts.length), data }));
  return zipOf([
    { name: 'README.md', data: '---\nlicense: mit\n---\n# Rows\n' },
    { name: named('test', 0, 1), data: parts[0] ?? '' },
    ...train.toReversed(),
  ]);
}

const namesOf = (rows: readonly Row[]) => [...new Set(rows.flatMap((row) => Object.keys(row)))];

/** A cell as pandas and spreadsheets write it: texts as they are, what is missing empty, lists and objects as JSON. */
function cellOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function table(rows: readonly Row[], delimiter: string): Buffer {
  const names = namesOf(rows);
  const quoted = (cell: string) =>
    /["\r\n]/.test(cell) || cell.includes(delimiter) ? `"${cell.replaceAll('"', '""')}"` : cell;
  const records = [names, ...rows.map((row) => names.map((name) => cellOf(row[name])))];
  return Buffer.from(records.map((cells) => `${cells.map(quoted).join(delimiter)}\r\n`).join(''));
}

/** Texts, numbers and booleans in their own types, anything else as JSON. */
function parquet(rows: readonly Row[]): Buffer {
  const columnData = namesOf(rows).map((name) => {
    const data = rows.map((row) => row[name] ?? null);
    const types = new Set(data.filter((value) => value !== null).map((value) => typeof value));
    const [only = 'string'] = types;
    const type =
      types.size > 1 || only === 'object'
        ? 'JSON'
        : only === 'string'
          ? 'STRING'
          : only === 'boolean'
            ? 'BOOLEAN'
            : 'DOUBLE';
    return { name, data, type, nullable: true } as const;
  });
  return Buffer.from(parquetWriteBuffer({ columnData }));
}
