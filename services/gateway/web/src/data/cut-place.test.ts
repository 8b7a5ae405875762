import { expect, it } from 'vitest';
import { cutPlace } from './cut-place.ts';

it.each([
  ['at the right edge of the bar that a cut leaves whole', [64, 128, 256], 128, 2],
  ['at the end, where nothing is lost', [64, 128, 256], 256, 3],
  ['inside of a bar of which a part is lost', [64, 128, 256], 96, 1.5],
  ['inside of the first bar', [64, 128], 32, 0.5],
  ['nowhere beyond the last bar', [64, 128], 129, null],
])('draws a cut %s', (_, bounds, cut, place) => {
  expect(cutPlace(bounds, cut)).toBe(place);
});
