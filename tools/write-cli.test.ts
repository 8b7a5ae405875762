import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { cliDocument } from './write-cli.ts';

it('docs/cli.md is what the table of commands says (else run node tools/write-cli.ts)', async () => {
  const now = await readFile(new URL('../docs/cli.md', import.meta.url), 'utf8');
  expect(now).toBe(cliDocument(now));
  expect(now).toContain('    lathe tune <file> [options]');
});
