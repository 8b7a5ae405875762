import { glob, readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';

const root = path.join(import.meta.dirname, '..');
const sources = [
  '{services,cli,scripts}/**/*.{ts,tsx}',
  'packages/{contracts,platform,graders,recipe}/**/*.ts',
];
const exclude = (file: string): boolean =>
  /node_modules|\.test\.ts$|\.fixture\.ts$|\/dist\//.test(file);
/** A number of bytes as it is, in a text. */
const bare = /\$\{[^{}]*\} bytes\b/;

/** Where it is compared with another that may differ by one, or is a mean of few. */
const exact = new Set([
  'services/gateway/src/models/tar.ts',
  'services/gateway/src/pages/encoding-section.ts',
  'services/gateway/src/uploads/complete-upload.ts',
  'services/ingest/src/whole-upload.ts',
  'packages/contracts/src/artifact/shard.ts',
  'packages/contracts/src/words/size.ts',
  'packages/platform/src/artifacts/folder.ts',
]);

it('sizes are told in units that people read, not as a number of bytes', async () => {
  const found: string[] = [];
  for await (const file of glob(sources, { cwd: root, exclude }))
    if (bare.test(await readFile(path.join(root, file), 'utf8'))) found.push(file);
  expect(found.filter((file) => !exact.has(file))).toEqual([]);
  expect(found.length).toBe(exact.size);
});
