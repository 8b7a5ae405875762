import { open, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { expect, it } from 'vitest';
import { readAll } from './container.fixture.ts';
import { parquetOf } from './parquet/parquet.fixture.ts';

const rows = [{ text: 'x' }, { text: 'x' }];

/** A stored file with these bytes, and a folder for copies that is not there: whoever copies fails. */
async function storedFile(bytes: Uint8Array) {
  const folder = await tempFolder();
  const path = join(folder.path, 'stored');
  await writeFile(path, bytes);
  const file = await open(path);
  return {
    ...{ path, file, bytes },
    options: { folder: join(folder.path, 'none'), openStored: async () => file },
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

it('reads a stored Parquet file where it lies, and closes it', async () => {
  await using stored = await storedFile(parquetOf(2));
  const openStored = () => open(stored.path);
  const { records } = await readAll(stored.bytes, { ...stored.options, openStored });
  expect(records).toEqual(rows);
  await readAll(streamOf(stored.bytes), stored.options);
  expect(stored.file.fd).toBe(-1);
});

it('reads a stored Parquet file to its end when it is deleted meanwhile', async () => {
  await using stored = await storedFile(parquetOf(2));
  await rm(stored.path);
  const { records } = await readAll(streamOf(stored.bytes), stored.options);
  expect(records).toEqual(rows);
});

it('copies a Parquet file that is packed, or is not there to be opened', async () => {
  await using stored = await storedFile(gzipSync(parquetOf(2)));
  await using copies = await tempFolder();
  const options = { ...stored.options, folder: copies.path };
  expect((await readAll(stored.bytes, options)).records).toEqual(rows);
  const openStored = async () => null;
  expect((await readAll(parquetOf(2), { ...options, openStored })).records).toEqual(rows);
  expect(await readdir(copies.path)).toEqual([]);
  // It was not asked for.
  expect(stored.file.fd).not.toBe(-1);
  await stored.file.close();
});

it('refuses a stored Parquet file that is larger than such files may be, and closes it', async () => {
  await using stored = await storedFile(parquetOf(2));
  const limits = { maxSpoolBytes: 100 };
  const refused = readAll(streamOf(stored.bytes), { ...stored.options, limits });
  await expect(refused).rejects.toThrow('is larger than the 100 bytes that such a file may have');
  expect(stored.file.fd).toBe(-1);
});

/** Read once only, as `readAll` does with streams. */
async function* streamOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
