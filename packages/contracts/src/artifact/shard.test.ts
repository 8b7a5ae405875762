import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeShard, encodeShard } from './shard.ts';

const example = fc
  .array(
    fc.tuple(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), fc.integer({ min: 0, max: 1 })),
    {
      maxLength: 40,
    },
  )
  .map((pairs) => ({
    tokens: Int32Array.from(pairs, ([token]) => token),
    supervised: Uint8Array.from(pairs, ([, flag]) => flag),
  }));

it('reads back what was written, from anywhere in a buffer', () => {
  fc.assert(
    fc.property(fc.array(example, { maxLength: 10 }), fc.nat({ max: 7 }), (examples, offset) => {
      const bytes = encodeShard(examples);
      const inside = new Uint8Array(bytes.length + 16);
      inside.set(bytes, offset);
      expect(decodeShard(inside.subarray(offset, offset + bytes.length))).toEqual(examples);
    }),
  );
});

it('has the documented layout', () => {
  const bytes = encodeShard([{ tokens: Int32Array.of(7, -1), supervised: Uint8Array.of(0, 1) }]);
  expect(Buffer.from(bytes).toString('hex')).toBe(
    [
      '4c534844',
      '01000000',
      '01000000',
      '02000000',
      '02000000',
      '07000000',
      'ffffffff',
      '00',
      '01',
    ].join(''),
  );
});

it('refuses anything that is not a whole shard', () => {
  const bytes = encodeShard([
    { tokens: Int32Array.of(1, 2, 3), supervised: Uint8Array.of(0, 1, 1) },
    { tokens: Int32Array.of(4), supervised: Uint8Array.of(1) },
  ]);
  for (let length = 0; length < bytes.length; length++)
    expect(() => decodeShard(bytes.subarray(0, length)), `${length} bytes`).toThrow(RangeError);
  expect(() => decodeShard(new Uint8Array(64))).toThrow('the magic number is missing');
  const newer = bytes.slice();
  newer[4] = 2;
  expect(() => decodeShard(newer)).toThrow('version 2 is not supported');
  const uneven = bytes.slice();
  uneven[16] = 2;
  expect(() => decodeShard(uneven)).toThrow('do not add up');
  uneven[16] = 255;
  expect(() => decodeShard(uneven)).toThrow('do not add up');
});

it('wants one flag for each token', () => {
  const wrong = { tokens: Int32Array.of(1, 2), supervised: Uint8Array.of(1) };
  expect(() => encodeShard([wrong])).toThrow('one supervised flag for each token');
});
