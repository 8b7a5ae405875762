import { expect, it } from 'vitest';
import { optionsIn } from './options-in.ts';

it.each([
  ['{"format":"text"}', { format: 'text' }],
  [null, {}],
  ['', {}],
  ['{"format":', {}],
  ['null', {}],
  ['[1]', {}],
  ['"text"', {}],
])('reads the options of an address, and none where it has none: %s', (text, options) => {
  expect(optionsIn(text)).toEqual(options);
});
