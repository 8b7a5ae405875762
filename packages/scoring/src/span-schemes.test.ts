import { expect, it } from 'vitest';
import { detectScheme, strictSpans } from './span-schemes.ts';

it('tells a scheme by its prefixes', () => {
  expect(detectScheme([['B-A', 'I-A', 'O']])).toBe('IOB2');
  expect(detectScheme([['O'], ['I-A', 'E-A']])).toBe('IOE');
  expect(detectScheme([['S-A', 'O', 'B-A', 'E-A']])).toBe('IOBES');
  expect(detectScheme([['U-A', 'B-A', 'L-A']])).toBe('BILOU');
  expect(detectScheme([['I-A', 'O']])).toBeNull();
  expect(detectScheme([['Noun', 'Verb']])).toBeNull();
});

it('names a tag that its scheme does not have', () => {
  expect(() => strictSpans(['S-A'], 'IOB2')).toThrow("The tag 'S-A' is not of the scheme IOB2.");
});

it('takes only what keeps to the scheme', () => {
  const tags = ['I-A', 'B-A', 'I-A', 'I-B'];
  expect(strictSpans(tags, 'IOB2')).toEqual([{ type: 'A', start: 1, end: 3 }]);
  expect(strictSpans(['B-A', 'O', 'S-B'], 'IOBES')).toEqual([{ type: 'B', start: 2, end: 3 }]);
});
