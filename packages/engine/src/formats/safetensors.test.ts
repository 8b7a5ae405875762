import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findDuplicateKey } from './json-text.ts';
import { decodeFloats, encodeFloats } from './number-format.ts';
import { readSafetensors, readTensor, streamSafetensors, writeSafetensors } from './safetensors.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lathe-safetensors-'));
});
afterAll(() => rm(folder, { recursive: true }));

let serial = 0;
async function writeRaw(header: string, data: number, length?: bigint): Promise<string> {
  const json = Buffer.from(header);
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(length ?? BigInt(json.byteLength));
  const file = join(folder, `hostile-${serial++}.safetensors`);
  await writeFile(file, Buffer.concat([prefix, json, Buffer.alloc(data)]));
  return file;
}

const two = (a: string, b: string) =>
  `{"a":{"dtype":"F32","shape":[2],"data_offsets":${a}},"b":{"dtype":"F32","shape":[2],"data_offsets":${b}}}`;
const one = (entry: string) => `{"a":${entry}}`;

test.each<[string, string, number, RegExp, bigint?]>([
  ['huge header', '{}', 0, /header length 100000001 exceeds 100000000/, 100_000_001n],
  ['64-bit header', '{}', 0, /header length 18446744073709551615 exceeds/, 2n ** 64n - 1n],
  ['header past the end', '{}', 0, /header of 50 bytes, but the file ends after 10/, 50n],
  ['not an object', '[]', 0, /does not start with "\{"/],
  ['not JSON', '{"a"', 0, /header is not UTF-8 JSON/],
  ['overlap', two('[0,8]', '[4,12]'), 12, /tensor b: it overlaps/],
  ['same place', two('[0,8]', '[0,8]'), 8, /tensor b: it overlaps/],
  ['hole', two('[0,8]', '[12,20]'), 20, /tensor b: 4 bytes before it belong to no tensor/],
  [
    'hole at the start',
    one('{"dtype":"F32","shape":[1],"data_offsets":[4,8]}'),
    8,
    /tensor a: 4 bytes before/,
  ],
  ['surplus at the end', two('[0,8]', '[8,16]'), 17, /its last 1 bytes belong to no tensor/],
  [
    'truncated data',
    two('[0,8]', '[8,16]'),
    15,
    /tensor b: data_offsets \[8, 16\] lie outside the 15 data bytes/,
  ],
  [
    'wrong size',
    one('{"dtype":"F32","shape":[3],"data_offsets":[0,8]}'),
    8,
    /tensor a: F32 of shape \[3\] needs 12 bytes, not 8/,
  ],
  [
    'reversed',
    one('{"dtype":"F32","shape":[0],"data_offsets":[8,0]}'),
    8,
    /tensor a: data_offsets/,
  ],
  [
    'negative shape',
    one('{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}'),
    8,
    /tensor a: shape must be/,
  ],
  [
    'overflowing shape',
    one('{"dtype":"F32","shape":[4294967296,4294967296,4294967296],"data_offsets":[0,0]}'),
    0,
    /tensor a: F32 of shape/,
  ],
  [
    'fractional offset',
    one('{"dtype":"F32","shape":[1],"data_offsets":[0.5,4.5]}'),
    8,
    /tensor a: data_offsets must be/,
  ],
  [
    'unknown dtype',
    one('{"dtype":"toString","shape":[1],"data_offsets":[0,4]}'),
    4,
    /tensor a: unknown dtype "toString"/,
  ],
  ['not an entry', one('7'), 0, /tensor a: its header entry is not an object/],
  ['bad metadata', '{"__metadata__":{"a":1}}', 0, /__metadata__ must map strings to strings/],
  [
    'duplicate tensor',
    '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"\\u0061":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}',
    4,
    /names "a" twice/,
  ],
  [
    'duplicate field',
    one('{"dtype":"F16","dtype":"F32","shape":[1],"data_offsets":[0,4]}'),
    4,
    /names "dtype" twice/,
  ],
])('refuses a hostile file: %s', async (_name, header, data, message, length) => {
  const file = await writeRaw(header, data, length);
  await expect(readSafetensors(file)).rejects.toThrow(message);
  await expect(readSafetensors(file)).rejects.toThrow(file);
});

test('refuses a file too short for its length prefix', async () => {
  const file = join(folder, 'short.safetensors');
  await writeFile(file, 'abc');
  await expect(readSafetensors(file)).rejects.toThrow('3 bytes are too few');
});

test('a key is a duplicate only within one object, and strings are not keys', () => {
  expect(findDuplicateKey('{"a":{"b":1},"c":{"b":1},"d":["b","b"]}')).toBeUndefined();
  expect(findDuplicateKey('{"a":"{\\"a\\":1", "b" : "a"}')).toBeUndefined();
  expect(findDuplicateKey('{"a":[{"x":1},{"x":1,"x":2}]}')).toBe('x');
});

test('reads back what it wrote, for any names, shapes and formats', async () => {
  const tensor = fc.record({
    dtype: fc.constantFrom('F32' as const, 'F16' as const, 'BF16' as const),
    shape: fc.array(fc.nat({ max: 4 }), { maxLength: 3 }),
    seed: fc.integer({ min: -100, max: 100 }),
  });
  const names = fc
    .string({ unit: 'grapheme', minLength: 1 })
    .filter((name) => name !== '__metadata__');
  await fc.assert(
    fc.asyncProperty(fc.dictionary(names, tensor), async (plan) => {
      const tensors = Object.entries(plan).map(([name, { dtype, shape, seed }]) => {
        const size = shape.reduce((a, b) => a * b, 1);
        // Quarters up to 125 are exact in all three formats.
        return {
          name,
          dtype,
          shape,
          data: Float32Array.from({ length: size }, (_, i) => (seed + i) / 4),
        };
      });
      const file = join(folder, 'round-trip.safetensors');
      await writeSafetensors(file, tensors, { note: 'x' });
      const read = await readSafetensors(file);
      expect(read.metadata).toEqual({ format: 'pt', note: 'x' });
      expect(read.tensors.size).toBe(tensors.length);
      for (const { name, dtype, shape, data } of tensors) {
        const entry = read.tensors.get(name)!;
        expect(entry).toMatchObject({ dtype, shape });
        expect(entry.offset % (dtype === 'F32' ? 4 : 2)).toBe(0);
        expect(await readTensor(entry)).toEqual(data);
      }
    }),
    { numRuns: 40 },
  );
});

test('a write that fails leaves neither the file nor a partial one', async () => {
  const file = join(folder, 'failing', 'x.safetensors');
  const { mkdir } = await import('node:fs/promises');
  await mkdir(join(folder, 'failing'));
  const tensors = [
    { name: 'a', dtype: 'F32' as const, shape: [3], bytes: () => new Uint8Array(8) },
  ];
  await expect(streamSafetensors(file, tensors)).rejects.toThrow(
    'tensor a: shape [3] of F32 needs 12 bytes, not 8',
  );
  expect(await readdir(join(folder, 'failing'))).toEqual([]);
});

test('bfloat16 and float16 round to nearest, ties to even, and keep NaN and infinity', () => {
  const data = Float32Array.of(
    1 + 2 ** -8,
    1 + 3 * 2 ** -8,
    1 + 2 ** -8 + 2 ** -20,
    3.4e38,
    Number.NaN,
    Number.NEGATIVE_INFINITY,
  );
  const bfloat = decodeFloats(encodeFloats(data, 'BF16'), 'BF16');
  expect([...bfloat]).toEqual([
    1,
    1 + 2 ** -6,
    1 + 2 ** -7,
    Number.POSITIVE_INFINITY,
    Number.NaN,
    Number.NEGATIVE_INFINITY,
  ]);
  const half = decodeFloats(
    encodeFloats(Float32Array.of(1 + 2 ** -11, 1 + 3 * 2 ** -11, 65520), 'F16'),
    'F16',
  );
  expect([...half]).toEqual([1, 1 + 2 ** -9, Number.POSITIVE_INFINITY]);
  const payload = new Float32Array(Uint32Array.of(0x7f800001, 0xffffffff).buffer);
  expect([...decodeFloats(encodeFloats(payload, 'BF16'), 'BF16')]).toEqual([
    Number.NaN,
    Number.NaN,
  ]);
});
