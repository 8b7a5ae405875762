import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { operatorsDocument } from './document.ts';

it('docs/operators.md is what the operators say (else run node packages/engine/src/ops/document.ts)', () => {
  const written = readFileSync(new URL('../../../../docs/operators.md', import.meta.url), 'utf8');
  expect(written).toBe(operatorsDocument());
});
