import { expect, it } from 'vitest';
import { isDeeperThan } from './json-depth.ts';

it.each([
  ['[]', 1],
  ['{"a":[1,{"b":2}],"c":{}}', 3],
  ['"[[[["', 0],
  ['["\\"[[", "\\\\", [1]]', 2],
  ['[[[', 3],
])('%s has %i levels', (text, levels) => {
  const bytes = Buffer.from(text);
  expect(isDeeperThan(bytes, levels)).toBe(false);
  if (levels > 0) expect(isDeeperThan(bytes, levels - 1)).toBe(true);
});
