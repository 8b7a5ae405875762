import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { clientVariables, variables } from '@lathe/platform/variables';
import { expect, it } from 'vitest';
import { settingsDocument } from './write-settings.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const names: readonly string[] = [
  ...Object.values(variables).map(({ name }) => name),
  ...clientVariables,
];

it('docs/settings.md is what the table says (else run node tools/write-settings.ts)', async () => {
  expect(await readFile(`${root}/docs/settings.md`, 'utf8')).toBe(settingsDocument());
  expect(settingsDocument()).toContain('| `LATHE_SWEEP` | `30s` |');
});

it('no document names a variable that does not exist', async () => {
  const files = globSync(['README.md', 'docs/*.md', 'services/*/README.md'], { cwd: root });
  expect(files.length).toBeGreaterThan(10);
  for (const file of files) {
    const text = await readFile(`${root}/${file}`, 'utf8');
    for (const [name] of text.matchAll(/\bLATHE_(?!TEST_)[A-Z0-9_]*[A-Z0-9](?![A-Z0-9_]*\*)/g))
      expect(names, file).toContain(name);
  }
});
