import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';

/** Bytes of script, packed, that the page may load. */
const mostBytes = 150_000;

it('loads little script, which set-up has built', () => {
  const folder = join(import.meta.dirname, '../dist');
  const scripts = globSync('**/*.js', { cwd: folder });
  expect(scripts, 'run `npm run setup`, which builds the dashboard').not.toEqual([]);
  const bytes = scripts.map((name) => gzipSync(readFileSync(join(folder, name))).length);
  expect(bytes.reduce((sum, each) => sum + each, 0)).toBeLessThan(mostBytes);
});
