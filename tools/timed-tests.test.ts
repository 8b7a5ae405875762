import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');

/** The clock's time less an earlier one, held under a limit: how fast the machine is. */
const timed = /\.now\(\) - [^;]*?\.toBeLessThan/;

it('no test fails because the machine is slow', async () => {
  const files = await Array.fromAsync(
    glob('{packages,services,cli,scripts,test,tools,models,examples,bench}/**/*.test.ts', {
      cwd: root,
      exclude: (path) => path.includes('node_modules'),
    }),
  );
  expect(files.length).toBeGreaterThan(100);
  const texts = await Promise.all(files.map((file) => readFile(join(root, file), 'utf8')));
  expect(files.filter((_, at) => timed.test(texts[at] ?? ''))).toEqual([]);
});

it('knows such a test', () => {
  const start = 'expect(Date.now() - from)';
  const held = '.toBeLessThan(3000);';
  expect(`${start}${held}`).toMatch(timed);
  expect(`${start}\n  ${held}`).toMatch(timed);
  expect(start).not.toMatch(timed);
});
