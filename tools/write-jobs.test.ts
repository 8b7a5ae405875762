import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { withTables } from './write-jobs.ts';

it('docs/jobs.md has the settings as the schemas have them (else run node tools/write-jobs.ts)', async () => {
  const page = await readFile(new URL('../docs/jobs.md', import.meta.url), 'utf8');
  expect(page).toBe(withTables(page));
  expect(page).toContain('| `lora` `rank` | `16` | 1 to 256 | rows of A and columns of B |');
  expect(() => withTables('# Fine-tuning jobs')).toThrow('there is no table under ## Pairs');
});
