import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { familyParityText, file } from './write-parity.ts';

it('the gateway tells what docs/parity.md and docs/parity-python.md have (else run node tools/write-parity.ts)', async () => {
  expect(await readFile(file, 'utf8')).toBe(await familyParityText());
});
