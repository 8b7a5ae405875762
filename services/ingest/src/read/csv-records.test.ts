import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { records, splitCells } from './csv-records.ts';

/** What Python's csv module wrote (bench/reference/csv_tables.py). */
const tables = JSON.parse(
  readFileSync(new URL('./fixtures/tables.json', import.meta.url), 'utf8'),
) as {
  delimiter: string;
  text: string;
  records: [line: number, cells: string[]][];
}[];

async function* chunks(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const read = async (text: string, delimiter = ',', size = 5, most = 1000) =>
  (await Array.fromAsync(records(chunks(text, size), delimiter, most))).map((line) => [
    line.number,
    'bytes' in line ? splitCells(Buffer.from(line.bytes).toString(), delimiter) : 'too long',
  ]);

it.each([1, 3, 10_000])(
  'reads tables as Python writes them, in chunks of %i bytes',
  async (size) => {
    for (const { text, delimiter, records: wanted } of tables)
      expect(await read(text, delimiter, size), text).toEqual(wanted);
  },
);

it('leaves out a byte order mark, blank lines, and the end of the last line', async () => {
  expect(await read('\ufeffa,b\r\n\r\n\n"c\n",d')).toEqual([
    [1, ['a', 'b']],
    [4, ['c\n', 'd']],
  ]);
});

it('says what is wrong with quotes, and counts what is too long', async () => {
  expect(await read('a,"b\nc')).toEqual([[1, 'a quote is not closed']]);
  expect(await read('"a"b,c\n')).toEqual([
    [1, 'something stands between a closing quote and the next ","'],
  ]);
  expect(await read(`a\n"${'x\n'.repeat(60)}"\nb`, ',', 5, 100)).toEqual([
    [1, ['a']],
    [2, 'too long'],
    [63, ['b']],
  ]);
});
