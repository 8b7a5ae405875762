import { once } from 'node:events';
import { open, readdir, writeFile } from 'node:fs/promises';
import { getCompileCacheDir } from 'node:module';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { expect, it } from 'vitest';
import { ingestDefaults } from '../../../settings.ts';
import { parquetOf } from './parquet.fixture.ts';
import { startParquetProgram } from './parquet-process.ts';

/** Tries, within the program, what a file that takes it over would try, and says what it was told. */
const attacker = (folder: string): string => `
  import { spawnSync } from 'node:child_process';
  import fs from 'node:fs';
  import { Worker } from 'node:worker_threads';
  const folder = ${JSON.stringify(folder)};
  const tries = {
    read: () => fs.readFileSync(folder + '/secret'),
    list: () => fs.readdirSync(folder),
    write: () => fs.writeFileSync(folder + '/made', ''),
    remove: () => fs.rmSync(folder + '/secret'),
    writeToCache: () => fs.writeFileSync(process.env.NODE_COMPILE_CACHE + '/made', ''),
    writeToFile: () => fs.writeSync(3, 'x', 0),
    run: () => spawnSync('true'),
    work: () => new Worker('', { eval: true }),
  };
  process.on('exit', () => {
    const told = {};
    for (const [name, act] of Object.entries(tries)) {
      try {
        act();
        told[name] = 'allowed';
      } catch ({ code }) {
        told[name] = code;
      }
    }
    fs.writeSync(2, JSON.stringify(told));
  });
`;

it('reads the file that it was given, and may do nothing else', async () => {
  // As of services; without it nothing may be written from the beginning.
  expect(getCompileCacheDir()).toBeDefined();
  const folder = await tempFolder();
  await using _ = folder;
  await writeFile(join(folder.path, 'secret'), 'x');
  await writeFile(join(folder.path, 'rows'), parquetOf(2));
  const file = await open(join(folder.path, 'rows'));
  await using __ = file;
  const probe = `data:text/javascript,${encodeURIComponent(attacker(folder.path))}`;
  const child = startParquetProgram({
    ...{ file: file.fd, limits: ingestDefaults },
    ...{ memoryMegabytes: 256, options: ['--import', probe] },
  });
  const [rows, told, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number]>,
  ]);
  expect({ code, rows }).toEqual({ code: 0, rows: '""\n{"text":"x"}\n{"text":"x"}\n' });
  const denied = 'ERR_ACCESS_DENIED';
  expect(JSON.parse(told)).toEqual({
    ...{ read: denied, list: denied, write: denied, remove: denied },
    ...{ writeToCache: denied, writeToFile: 'EBADF', run: denied, work: denied },
  });
  expect(await readdir(folder.path)).toEqual(['rows', 'secret']);
  expect(await readdir(dirname(getCompileCacheDir() ?? ''))).not.toContain('made');
});

it('reads it under a Node whose programs cannot give rights up', async () => {
  await using folder = await tempFolder();
  await writeFile(join(folder.path, 'rows'), parquetOf(2));
  await using file = await open(join(folder.path, 'rows'));
  const without = 'Object.defineProperty(process.permission, "drop", { value: undefined })';
  const child = startParquetProgram({
    ...{ file: file.fd, limits: ingestDefaults },
    ...{ memoryMegabytes: 256, options: ['--import', `data:text/javascript,${without}`] },
  });
  const [rows, told] = await Promise.all([text(child.stdout), text(child.stderr)]);
  expect({ rows, told }).toEqual({ rows: '""\n{"text":"x"}\n{"text":"x"}\n', told: '' });
});
