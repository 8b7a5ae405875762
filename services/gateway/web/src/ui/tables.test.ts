import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

/** Where tables are drawn, and why each is not the one of all. */
const drawn: Readonly<Record<string, string>> = {
  'ui/table.tsx': 'the one that pages, sorts and filters',
  'verdict/confusions.tsx':
    'a matrix of at most twelve labels, which the table under it tells row by row',
};

it('draws every list of rows as the table that pages, sorts and filters', () => {
  const folder = join(import.meta.dirname, '..');
  const sources = globSync('**/*.tsx', { cwd: folder });
  expect(sources.length).toBeGreaterThan(100);
  const found = sources.filter((name) =>
    readFileSync(join(folder, name), 'utf8').includes('<table'),
  );
  expect(found.toSorted()).toEqual(Object.keys(drawn).toSorted());
});
