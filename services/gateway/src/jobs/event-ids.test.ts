import fc from 'fast-check';
import { expect, it } from 'vitest';
import { eventIds } from './event-ids.ts';

it('leads back to the place, for its own job and secret only, and shows nothing of it', () => {
  const ids = eventIds('secret', 'ftjob-1');
  fc.assert(
    fc.property(fc.nat({ max: 1e11 }), (sequence) => {
      const id = ids.idOf(sequence);
      expect(id).toMatch(/^ftevent-[0-9a-f]{32}$/);
      expect(ids.sequenceOf(id)).toBe(sequence);
      expect(eventIds('secret', 'ftjob-2').sequenceOf(id)).toBeUndefined();
      expect(eventIds('other', 'ftjob-1').sequenceOf(id)).toBeUndefined();
      const next = ids.idOf(sequence + 1);
      const same = [...id].filter((character, index) => character === next[index]).length;
      expect(same).toBeLessThan(24);
    }),
  );
});

it.each([
  '',
  'ftevent-',
  'ftevent-000000000012',
  `event-${'0'.repeat(32)}`,
  `ftevent-${'0'.repeat(32)}`,
])('takes %j for no id', (text) => {
  expect(eventIds('secret', 'ftjob-1').sequenceOf(text)).toBeUndefined();
});
