import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { expect, it } from 'vitest';
import { openTables } from './table-reader.ts';

const sources = join(import.meta.dirname, '../c');
const checks = ['-fsanitize=address,undefined', '-fno-sanitize-recover=all'];

function execute(command: string, args: readonly string[]) {
  return spawnSync(command, args, { encoding: 'utf8', maxBuffer: 2 ** 30 });
}

const hasCompiler = execute('cc', ['--version']).status === 0;

/** That it reads the same as the TypeScript is held in services/ingest. */
it.runIf(hasCompiler)('reads hostile tables within its memory, and writes JSON', async () => {
  await using folder = await tempFolder();
  const seed = String(Math.floor(Math.random() * 1e9));
  // Without instructions of x86 too.
  const [stdout = '', others] = [[], ['-U__SSE2__']].map((flags) => {
    const program = join(folder.path, `fuzz${flags.join('')}`);
    const built = execute('cc', [
      ...['-std=c11', '-O1', '-Wall', '-Wextra', '-Wpedantic', '-Werror', ...checks, ...flags],
      ...['-I', sources, join(import.meta.dirname, 'table-reader.fixture.c')],
      ...['table-reader.c', 'table-cells.c', 'utf8.c'].map((name) => join(sources, name)),
      ...['-o', program],
    ]);
    expect(built.stderr).toBe('');
    const { status, stdout: written, stderr } = execute(program, [seed]);
    expect({ status, stderr }, `with seed ${seed}`).toEqual({ status: 0, stderr: '' });
    return written;
  });
  expect(others).toBe(stdout);
  const lines = stdout.split('\n').slice(0, -1);
  expect(lines.length).toBeGreaterThan(1000);
  for (const line of lines) expect(() => JSON.parse(line), `with seed ${seed}`).not.toThrow();
});

const openTable = openTables();
const form = { delimiter: ',', areQuotesText: false, mostBytes: 100 };
const columns = [
  { name: 'a', may: [] },
  { name: 'b', may: ['number'] },
] as const;

it.runIf(openTable !== undefined)('stops before a record that is for others', () => {
  const reader = openTable?.({ ...form, columns });
  const bytes = Buffer.from('"x\ny",1\n\nz,2\nw,"3\n');
  const read = reader?.read(bytes, { at: 0, line: 5 });
  expect(read).toMatchObject({ at: 13, line: 9, isFull: false });
  expect(Buffer.from(read?.rows?.bytes ?? []).toString()).toBe(
    '{"a":"x\\ny","b":1}{"a":"z","b":2}',
  );
  expect([...(read?.rows?.ends ?? [])]).toEqual([18, 33]);
  expect([...(read?.rows?.numbers ?? [])]).toEqual([5, 8]);
});

it.runIf(openTable !== undefined)(
  'leaves tables to others whose columns JavaScript puts in another order',
  () => {
    const named = (...names: string[]) => names.map((name) => ({ name, may: [] }));
    for (const columns of [named('a', '7'), named('a', 'a'), named('')])
      expect(openTable?.({ ...form, columns })).toBeUndefined();
  },
);
