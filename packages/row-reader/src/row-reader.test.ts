import { expect, it } from 'vitest';
import { rowReaderVersion } from './row-reader.ts';

it('is loaded where it was built', () => {
  expect([undefined, 1]).toContain(rowReaderVersion());
});
