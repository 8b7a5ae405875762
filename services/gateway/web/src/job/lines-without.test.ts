import { expect, it } from 'vitest';
import { linesWithout } from './lines-without.ts';

it('takes lines out by their number, and leaves the others as they are', () => {
  expect(linesWithout('{"a":1}\n\n{"a":2}\r\n{"a":3}\n', [1, 4])).toBe('\n{"a":2}\r\n');
  expect(linesWithout('{"a":1}', [7])).toBe('{"a":1}');
});
