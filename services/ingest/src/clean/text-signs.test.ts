import fc from 'fast-check';
import { expect, it } from 'vitest';
import { personalRules } from './personal-kinds.ts';
import { signsOf } from './text-signs.ts';

const pieces = fc.constantFrom(
  ...[
    'a',
    'Z',
    '0',
    '12',
    '345',
    '-',
    ' ',
    '.',
    '/',
    '+',
    '=',
    '_',
    ':',
    '@',
    'ä',
    '٣',
    '🙂',
    '(',
    ')',
    'DE',
  ],
);

it('counts what every text has that a rule finds something in', () => {
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 40 }), (all) => {
      const text = all.join('');
      const signs = signsOf(text);
      expect(signs.digits).toBe(text.match(/\d/g)?.length ?? 0);
      const runs = text.match(/[\w/+.=-]+/g) ?? [];
      expect(signs.keyLength).toBe(Math.max(0, ...runs.map(({ length }) => length)));
      const mixed = runs.filter((run) => /\d/.test(run));
      expect(signs.mixedLength).toBe(Math.max(0, ...mixed.map(({ length }) => length)));
      for (const { pattern, least = {} } of personalRules)
        for (const [found] of text.matchAll(pattern)) {
          const own = signsOf(found);
          expect(own.digits).toBeGreaterThanOrEqual(least.digits ?? 0);
          expect(own.keyLength).toBeGreaterThanOrEqual(least.keyLength ?? 0);
        }
    }),
    { numRuns: 2000 },
  );
});
