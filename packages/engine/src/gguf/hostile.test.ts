import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CheckpointError, UnsupportedModelError } from '../formats/error.ts';
import { storedBytes, valueTypes } from './format.ts';
import { readGguf } from './read.ts';

const tiny = join(import.meta.dirname, '../import/fixtures/tiny-k-quants.gguf');
let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'lathe-gguf-hostile-'));
});
afterAll(() => rm(root, { recursive: true }));

const u32 = (value: number): Buffer => Buffer.from(Uint32Array.of(value).buffer);
const u64 = (value: bigint): Buffer => Buffer.from(BigUint64Array.of(value).buffer);
const text = (value: string): Buffer =>
  Buffer.concat([u64(BigInt(Buffer.byteLength(value))), Buffer.from(value)]);

type Parts = {
  readonly version?: number;
  readonly tensors?: readonly Buffer[];
  readonly values?: readonly Buffer[];
  readonly tensorCount?: bigint;
  readonly valueCount?: bigint;
};

/** A file of these parts with 4096 bytes of data behind them. */
async function fileOf({ version = 3, tensors = [], values = [], ...counts }: Parts) {
  const file = join(root, 'made.gguf');
  const head = [
    Buffer.from('GGUF'),
    u32(version),
    u64(counts.tensorCount ?? BigInt(tensors.length)),
    u64(counts.valueCount ?? BigInt(values.length)),
    ...values,
    ...tensors,
  ];
  await writeFile(file, Buffer.concat([...head, Buffer.alloc(4096)]));
  return file;
}

const tensor = (name: string, shape: readonly bigint[], type = 0, offset = 0n): Buffer =>
  Buffer.concat([text(name), u32(shape.length), ...shape.map(u64), u32(type), u64(offset)]);
const value = (key: string, type: number, ...bytes: Buffer[]): Buffer =>
  Buffer.concat([text(key), u32(type), ...bytes]);
const largest = 2n ** 64n - 1n;

describe('a file that asks for too much is refused by the name of what asks', () => {
  it.each<[string, Parts, string]>([
    ['version', { version: 1 }, 'is of GGUF version 1; read are 2 and 3'],
    ['byte order', { version: 0x03000000 }, 'is big-endian'],
    ['count of tensors', { tensorCount: 2n ** 40n }, 'tensors: 1099511627776 do not fit'],
    ['count of values', { valueCount: largest }, 'a size of 18446744073709551615'],
    ['text without end', { values: [value('a', valueTypes.string, u64(2n ** 50n))] }, 'cut short'],
    [
      'array without end',
      { values: [value('a', valueTypes.array, u32(valueTypes.u8), u64(2n ** 40n))] },
      'a has 1099511627776 entries, more than 16777216',
    ],
    [
      'array that the file is too short for',
      { values: [value('a', valueTypes.array, u32(valueTypes.u8), u64(2n ** 20n))] },
      'a: 1048576 do not fit',
    ],
    [
      'array of arrays',
      { values: [value('a', valueTypes.array, u32(valueTypes.array), u64(1n))] },
      'a is an array of type 9, which is not read',
    ],
    ['type of a value', { values: [value('a', 13)] }, 'a is of type 13'],
    [
      'key twice',
      { values: [value('a', valueTypes.u32, u32(1)), value('a', valueTypes.u32, u32(1))] },
      'has a twice',
    ],
    [
      'key that is no text',
      { values: [Buffer.concat([u64(1n), Buffer.of(0xff), u32(valueTypes.u32), u32(1)])] },
      'is not UTF-8',
    ],
    [
      'alignment',
      { values: [value('general.alignment', valueTypes.u32, u32(12))] },
      'general.alignment is 12',
    ],
    ['axes', { tensors: [tensor('t', [1n, 1n, 1n, 1n, 1n])] }, 'tensor t: has 5 axes'],
    ['shape', { tensors: [tensor('t', [2n ** 40n, 2n ** 40n])] }, 'tensor t: has the shape'],
    ['empty shape', { tensors: [tensor('t', [0n])] }, 'tensor t: has the shape [0]'],
    ['rows', { tensors: [tensor('t', [33n], 8)] }, 'no whole blocks of 32'],
    ['known type', { tensors: [tensor('t', [256n], 16)] }, 'tensor t: is of type IQ2_XXS'],
    ['unknown type', { tensors: [tensor('t', [256n], 99)] }, 'tensor t: is of type 99'],
    ['offset', { tensors: [tensor('t', [8n], 0, 8n)] }, 'begins at 8, no multiple of 32'],
    ['far offset', { tensors: [tensor('t', [8n], 0, 2n ** 52n)] }, 'lies past the end of the file'],
    ['length', { tensors: [tensor('t', [2n ** 20n])] }, 'lies past the end of the file'],
    ['name twice', { tensors: [tensor('t', [8n]), tensor('t', [8n], 0, 32n)] }, 'is there twice'],
    ['one place', { tensors: [tensor('s', [8n]), tensor('t', [8n])] }, 'lies on another tensor'],
  ])('%s', async (_, parts, problem) => {
    const file = await fileOf(parts);
    await expect(readGguf(file)).rejects.toThrow(CheckpointError);
    await expect(readGguf(file)).rejects.toThrow(problem);
  });
});

it('a file that is missing, or none, is refused before it is opened', async () => {
  const missing = join(root, 'missing.gguf');
  await expect(readGguf(missing)).rejects.toThrow(`${missing}: the file is missing`);
  await expect(readGguf(root)).rejects.toThrow(`${root}: it is not a file`);
});

it('a damaged file is refused in one sentence, or its tensors lie inside it', async () => {
  const source = await readFile(tiny);
  // The data begin where the header ends; a changed number in them is another number.
  const header = 12_000;
  const file = join(root, 'damaged.gguf');
  let refused = 0;
  const change = fc.record({
    at: fc.nat({ max: header }),
    bytes: fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 8 }),
      fc.constant(new Uint8Array(8).fill(255)),
    ),
    isInserted: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), async (changes) => {
      let whole: Buffer = Buffer.from(source);
      for (const { at, bytes, isInserted } of changes)
        whole = Buffer.concat([
          whole.subarray(0, at),
          bytes,
          whole.subarray(isInserted ? at : at + bytes.length),
        ]);
      await writeFile(file, whole);
      try {
        const gguf = await readGguf(file);
        for (const { name, shape, type } of gguf.tensors.values()) {
          const count = shape.reduce((product, size) => product * size, 1);
          expect(storedBytes(type, count)).toBeLessThanOrEqual(whole.length);
          expect(await gguf.read(name)).toHaveLength(count);
        }
      } catch (error) {
        const isOurs = error instanceof CheckpointError || error instanceof UnsupportedModelError;
        if (!isOurs) throw error;
        expect(error.message).toContain(file);
        expect(error.message).not.toContain('\n');
        refused++;
      }
    }),
    { numRuns: 150 },
  );
  expect(refused).toBeGreaterThan(30);
});
