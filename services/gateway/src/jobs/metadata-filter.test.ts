import { expect, test } from 'vitest';
import { readMetadataFilter } from './metadata-filter.ts';

test('metadata pairs are taken out of a query, the rest is kept', () => {
  expect(readMetadataFilter({ 'metadata[a b]': 'x', 'metadata[c]': '', limit: '5' })).toEqual({
    metadata: new Map([
      ['a b', 'x'],
      ['c', ''],
    ]),
    rest: { limit: '5' },
  });
  for (const none of ['', 'null'])
    expect(readMetadataFilter({ metadata: none })).toEqual({ metadata: 'none', rest: {} });
  expect(readMetadataFilter({ 'metadata[]': 'x' }).rest).toEqual({ 'metadata[]': 'x' });
});
