import { CheckpointError } from '../formats/error.ts';
import {
  type MetadataValue,
  type TensorPlace,
  type TensorType,
  tensorTypes,
  unreadTypes,
  valueTypes,
} from './format.ts';
import type { HeaderReader } from './header-reader.ts';

/** A tensor, and where its bytes begin behind the start of the data. */
export type PlacedTensor = TensorPlace & { readonly offset: number };

/** Plain values: their bytes, and how they are read. */
const numbers: Readonly<Record<number, readonly [bytes: number, read: (from: Buffer) => number]>> =
  {
    [valueTypes.u8]: [1, (from) => from.readUInt8()],
    [valueTypes.i8]: [1, (from) => from.readInt8()],
    [valueTypes.u16]: [2, (from) => from.readUInt16LE()],
    [valueTypes.i16]: [2, (from) => from.readInt16LE()],
    [valueTypes.u32]: [4, (from) => from.readUInt32LE()],
    [valueTypes.i32]: [4, (from) => from.readInt32LE()],
    [valueTypes.f32]: [4, (from) => from.readFloatLE()],
    [valueTypes.bool]: [1, (from) => from.readUInt8()],
    [valueTypes.u64]: [8, (from) => Number(from.readBigUInt64LE())],
    [valueTypes.i64]: [8, (from) => Number(from.readBigInt64LE())],
    [valueTypes.f64]: [8, (from) => from.readDoubleLE()],
  };

/** More than any vocabulary or list of merges has. */
const longestArray = 2 ** 24;

/** One value of the metadata. Throws CheckpointError, naming `key`, for a type that GGUF does not have. */
export function readValue(reader: HeaderReader, key: string): MetadataValue {
  const type = reader.u32();
  switch (type) {
    case valueTypes.string:
      return { type: 'string', value: reader.text() };
    case valueTypes.bool:
      return { type: 'bool', value: reader.take(1)[0] === 1 };
    case valueTypes.u64:
      return { type: 'u64', value: reader.take(8).readBigUInt64LE() };
    case valueTypes.i64:
      return { type: 'i64', value: reader.take(8).readBigInt64LE() };
    case valueTypes.array:
      return readArray(reader, key);
  }
  const name = (['u8', 'i8', 'u16', 'i16', 'u32', 'i32', 'f32', 'f64'] as const).find(
    (known) => valueTypes[known] === type,
  );
  const number = numbers[type];
  if (name === undefined || number === undefined)
    throw new CheckpointError(reader.file, `${key} is of type ${type}, which GGUF does not have`);
  return { type: name, value: number[1](reader.take(number[0])) };
}

function readArray(reader: HeaderReader, key: string): MetadataValue {
  const type = reader.u32();
  const length = reader.u64();
  if (length > longestArray)
    throw new CheckpointError(
      reader.file,
      `${key} has ${length} entries, more than ${longestArray}`,
    );
  if (type === valueTypes.string) {
    reader.expect(length, 8, key);
    const value: string[] = [];
    for (let at = 0; at < length; at++) value.push(reader.text());
    return { type: 'strings', value };
  }
  const number = numbers[type];
  if (number === undefined)
    throw new CheckpointError(reader.file, `${key} is an array of type ${type}, which is not read`);
  const [bytes, read] = number;
  reader.expect(length, bytes, key);
  const value: number[] = [];
  for (let at = 0; at < length; at++) value.push(read(reader.take(bytes)));
  if (type === valueTypes.f32) return { type: 'f32s', value };
  return { type: type === valueTypes.i32 ? 'i32s' : 'numbers', value };
}

/** Name, shape, type and place of a tensor. Throws CheckpointError for a type that this engine does not read. */
export function readTensorPlace(reader: HeaderReader): PlacedTensor {
  const name = reader.text();
  const fail = (problem: string): never => {
    throw new CheckpointError(reader.file, problem, name);
  };
  const rank = reader.u32();
  if (rank < 1 || rank > 4) fail(`has ${rank} axes`);
  const shape = Array.from({ length: rank }, () => reader.u64()).reverse();
  const code = reader.u32();
  const type =
    (Object.keys(tensorTypes) as TensorType[]).find((known) => tensorTypes[known].code === code) ??
    fail(
      `is of type ${unreadTypes[code] ?? code}, which is not read; known: ${Object.keys(tensorTypes).join(', ')}`,
    );
  const { block } = tensorTypes[type];
  if (shape.at(-1)! % block !== 0)
    fail(`has rows of ${shape.at(-1)}, which are no whole blocks of ${block}`);
  const count = shape.reduce((product, size) => product * size, 1);
  if (count === 0 || !Number.isSafeInteger(8 * count)) fail(`has the shape [${shape.join(', ')}]`);
  return { name, shape, type, offset: reader.u64() };
}
