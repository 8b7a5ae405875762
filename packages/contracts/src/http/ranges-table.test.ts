import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { withRanges } from './ranges-table.ts';

it('docs/jobs.md has the ranges of the schemas (else run node packages/contracts/src/http/ranges-table.ts)', () => {
  const written = readFileSync(new URL('../../../../docs/jobs.md', import.meta.url), 'utf8');
  expect(written).toBe(withRanges(written));
});
