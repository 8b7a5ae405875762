import { expect, it } from 'vitest';
import { sizeText } from './size.ts';

it.each([
  [0, '0 bytes'],
  [999, '999 bytes'],
  [1000, '1 kB'],
  [1024, '1 KiB'],
  [400_000, '400 kB'],
  [262_144, '256 KiB'],
  [262_145, '262 kB'],
  [512_000_000, '512 MB'],
  [8_388_608, '8 MiB'],
  [536_870_912, '512 MiB'],
  [1_234_567, '1.2 MB'],
  [1_000_000_000, '1 GB'],
  [68_719_476_736, '64 GiB'],
  [5_000_000_000_000, '5000 GB'],
])('tells %i bytes as %s', (bytes, text) => {
  expect(sizeText(bytes)).toBe(text);
});
