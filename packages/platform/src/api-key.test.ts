import { chmod, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { expect, it } from 'vitest';
import { bootstrapKey } from './api-key.ts';

it('uses the configured key and stores nothing', async () => {
  await using folder = await tempFolder();
  const config = { apiKey: 'mine', dataFolder: join(folder.path, 'data') };
  expect(await bootstrapKey(config)).toEqual({ key: 'mine', file: null, isNew: false });
  expect(await readdir(folder.path)).toEqual([]);
});

it('makes a key once and keeps it for its owner only', async () => {
  await using folder = await tempFolder();
  const config = { apiKey: null, dataFolder: join(folder.path, 'data') };
  const first = await bootstrapKey(config);
  expect(first.isNew).toBe(true);
  expect(first.key).toMatch(/^sk-lathe-[\w-]{43}$/);
  const file = first.file ?? '';
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await readFile(file, 'utf8')).toBe(`${first.key}\n`);
  await chmod(file, 0o644);
  expect(await bootstrapKey(config)).toEqual({ ...first, isNew: false });
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});

it('agrees on one key when several services start at once', async () => {
  await using folder = await tempFolder();
  const config = { apiKey: null, dataFolder: join(folder.path, 'data') };
  const keys = await Promise.all(Array.from({ length: 8 }, () => bootstrapKey(config)));
  expect(new Set(keys.map(({ key }) => key)).size).toBe(1);
  expect(keys.filter(({ isNew }) => isNew)).toHaveLength(1);
  expect(await readdir(config.dataFolder)).toEqual(['api-key']);
});

it('says what to do when the file is empty', async () => {
  await using folder = await tempFolder();
  await writeFile(join(folder.path, 'api-key'), '');
  const config = { apiKey: null, dataFolder: folder.path };
  await expect(bootstrapKey(config)).rejects.toThrow('holds no API key; delete it');
});
