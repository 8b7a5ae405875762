import { processedFile } from '@lathe/contracts/record/file';
import { openFileStore } from '@lathe/platform/artifacts/file';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { expect, it } from 'vitest';
import { ingestDefaults } from '../settings.ts';
import { refuseTooManyRows } from './row-limit.ts';

const most = 100;
const settings = { ...ingestDefaults, maxRows: most, sniffBytes: 64 };
const { signal } = new AbortController();
const tooMany = `The file has more than ${most} rows.`;

/** Counts the rows of a file; gives the ranges of it that were read. */
async function count(text: string | Buffer, filename: string) {
  await using folder = await tempFolder();
  const store = await openFileStore(folder.path);
  const key = 'p/default/files/file-1';
  const about = { id: 'file-1', project: 'default', filename, purpose: 'fine-tune' } as const;
  const file = processedFile({ ...about, key, ...(await store.put(key, Buffer.from(text))) }, 0);
  const ranges: unknown[] = [];
  const artifacts: typeof store = {
    ...store,
    get(wanted, range) {
      ranges.push(range);
      return store.get(wanted, range);
    },
  };
  await refuseTooManyRows(
    { files: [file], param: 'training_file', wanted: 'train' },
    { artifacts, settings, workFolder: folder.path, signal, progress: () => undefined },
  );
  return ranges;
}

it.each([
  ['a text of short lines', 'a.txt', (rows: number) => 'ab\n'.repeat(rows)],
  ['JSON Lines', 'a.jsonl', (rows: number) => '{"text":"a"}\n'.repeat(rows)],
  ['JSON Lines with blank lines', 'a.jsonl', (rows: number) => '{"text":"a"}\n\n\n'.repeat(rows)],
  ['JSON Lines without a last line end', 'a', (rows: number) => `${'{}\n'.repeat(rows - 1)} {}`],
  ['a table', 'a.csv', (rows: number) => `prompt,completion\n${'a,"b\nc"\n'.repeat(rows)}`],
  [
    'an array',
    'a.json',
    (rows: number) => `[${'{\n"text":\n"a"\n},\n'.repeat(rows).slice(0, -2)}]`,
  ],
  ['old Macs’ JSON Lines', 'a.jsonl', (rows: number) => '{"text":"a"}\r'.repeat(rows)],
  [
    'old Macs’ tables',
    'a.csv',
    (rows: number) => `prompt,completion\r${'a,"b\nc"\r'.repeat(rows)}`,
  ],
  [
    'UTF-16',
    'a.jsonl',
    (rows: number) => Buffer.from(`\ufeff${'{"text":"a"}\n'.repeat(rows)}`, 'utf16le'),
  ],
])('refuses %s of too many rows before one is read, and no other', async (_, name, rows) => {
  await expect(count(rows(most + 1), name)).rejects.toThrow(tooMany);
  await expect(count(rows(most), name)).resolves.toBeDefined();
});

it('reads only the beginning of a file whose lines are long, and nothing of a small one', async () => {
  const long = `${JSON.stringify({ text: 'a'.repeat(100) })}\n`;
  expect(await count(long.repeat(most + 1), 'a.jsonl')).toEqual([{ start: 0, end: 64 }]);
  expect(await count('a\n'.repeat(most - 1), 'a.txt')).toEqual([]);
});

it('reads only the beginning of a table whose cells hold many lines', async () => {
  const rows = `"a","b${'\n'.repeat(20)}"\n`.repeat(12);
  expect(await count(`prompt,completion\n${rows}`, 'a.csv')).toEqual([{ start: 0, end: 64 }]);
});

it('leaves a packed file to be counted while it is read', async () => {
  expect(await count(`PK\u0003\u0004\u0000${'a\n'.repeat(most + 1)}`, 'a.zip')).toHaveLength(1);
});

it('refuses a packed file that is damaged in a sentence, though it looks like one of many lines', async () => {
  const packed = Buffer.concat([Buffer.from('1f8b081f', 'hex'), Buffer.from('\n'.repeat(300))]);
  await expect(count(packed, 'a.csv.gz')).rejects.toMatchObject({ code: 'invalid_file_format' });
});
