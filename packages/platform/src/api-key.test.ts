import { chmod, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { expect, it } from 'vitest';
import { bootstrapKey, metricsKey, parseApiKeys } from './api-key.ts';

it('uses the configured key and stores nothing', async () => {
  await using folder = await tempFolder();
  const config = { apiKey: 'mine-0123456789-mine', dataFolder: join(folder.path, 'data') };
  expect(await bootstrapKey(config)).toEqual({
    key: 'mine-0123456789-mine',
    file: null,
    isNew: false,
  });
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

it('says what to do when a crash has left zeros in the file, and does not show what is left of the key', async () => {
  await using folder = await tempFolder();
  await writeFile(join(folder.path, 'api-key'), `sk-lathe-0123456789${'\0'.repeat(40)}\n`);
  const config = { apiKey: null, dataFolder: folder.path };
  const fault: unknown = await bootstrapKey(config).catch((error: unknown) => error);
  expect(String(fault)).toContain('is damaged');
  expect(String(fault)).not.toContain('0123456789');
});

const first = 'sk-first-0123456789';
const second = 'sk-second-012345678==';

it('reads keys with their projects, several a project', () => {
  expect(parseApiKeys(null)).toEqual([]);
  expect(parseApiKeys(`${first}=red, ${second}=blue-2,\n${first}x=red`)).toEqual([
    { key: first, project: 'red' },
    { key: second, project: 'blue-2' },
    { key: `${first}x`, project: 'red' },
  ]);
});

it.each([
  [`${first}=red,`, 'entry 2: it is not of the form key=project'],
  [first, 'entry 1: it is not of the form key=project'],
  [`=red`, 'entry 1: the key has 0 characters, but needs at least 16'],
  [`${first}=red,shortkey=red`, 'entry 2: the key has 8 characters'],
  [`${first.replace('-', ' ')}=red`, 'entry 1: the key may hold visible ASCII'],
  [`${first}=`, 'entry 1: the project after "="'],
  [`${first}=Red`, 'entry 1: the project after "="'],
  [`${first}=_base`, 'entry 1: the project after "="'],
  [`${first}=a.b`, 'entry 1: the project after "="'],
  [`${first}=red,${second}=blue,${first}=blue`, 'entry 3: its key is that of entry 1 again'],
])('refuses %j by the number of the entry', (text, message) => {
  expect(() => parseApiKeys(text)).toThrow(message);
  try {
    parseApiKeys(text);
  } catch (error) {
    expect((error as Error).message).toContain('LATHE_API_KEYS');
    for (const key of [first, second, 'shortkey', 'sk-first'])
      expect((error as Error).message).not.toContain(key);
  }
});

it.each([
  ['short', 'the key has 5 characters, but needs at least 16'],
  ['with a blank in its middle', 'the key may hold visible ASCII characters only'],
])('refuses a bootstrap key such as %j', async (apiKey, why) => {
  const error: unknown = await bootstrapKey({ apiKey, dataFolder: '/nowhere' }).catch(
    (cause: unknown) => cause,
  );
  expect(String(error)).toBe(`Error: The environment variable LATHE_API_KEY has a fault: ${why}.`);
});

it('takes a key of the metrics that opens nothing else', () => {
  expect(metricsKey(null, [])).toBeNull();
  expect(metricsKey('sk-of-the-metrics-only', ['sk-0123456789012345'])).toBe(
    'sk-of-the-metrics-only',
  );
  expect(() => metricsKey('short', [])).toThrow('LATHE_METRICS_KEY has a fault: the key has 5');
  expect(() => metricsKey('sk-0123456789012345', ['sk-0123456789012345'])).toThrow(
    'LATHE_METRICS_KEY has a fault: it is a key of a project; choose another.',
  );
});
