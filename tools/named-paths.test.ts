import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const exclude = (path: string): boolean => path.includes('node_modules');
/** A file's path in a pattern, as in `/src\/main\.ts/`. */
const named = /(?:[\w-]+\\\/)+[\w-]+\\\.ts/g;

it('patterns that look for our programs name files that are there', async () => {
  const files = await Array.fromAsync(
    glob('{packages,services}/**/*.ts', { cwd: root, exclude }),
    (file) => `/${file}`,
  );
  const lost: string[] = [];
  let found = 0;
  for await (const file of glob('{scripts,test,bench,tools}/**/*.ts', { cwd: root, exclude }))
    for (const [pattern] of (await readFile(join(root, file), 'utf8')).matchAll(named)) {
      found++;
      const path = pattern.replaceAll('\\', '');
      if (!files.some((each) => each.endsWith(`/${path}`))) lost.push(`${file}: ${path}`);
    }
  expect(lost).toEqual([]);
  expect(found).toBeGreaterThan(8);
});
