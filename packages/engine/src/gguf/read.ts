import { open } from 'node:fs/promises';
import { CheckpointError } from '../formats/error.ts';
import {
  ggufAlignment,
  ggufMagic,
  ggufVersion,
  type MetadataValue,
  type TensorPlace,
  type TensorType,
  tensorTypes,
  valueTypes,
} from './format.ts';
import { blockSize, decodeTensor, storedBytes } from './quantize.ts';

export type GgufFile = {
  readonly metadata: ReadonlyMap<string, MetadataValue>;
  readonly tensors: ReadonlyMap<string, TensorPlace>;
  /** The numbers of a tensor. Throws CheckpointError for a name that the file lacks. */
  read(name: string): Promise<Float32Array>;
};

/** Metadata and tensor places may take this much; vocabularies of 256,000 tokens take some 10 MB. */
const maxHeaderBytes = 128 * 1024 * 1024;

/**
 * Opens a GGUF file of version 3 with the types that this engine writes. Throws CheckpointError when the
 * file is cut short, of another version, or holds another type.
 */
export async function readGguf(file: string): Promise<GgufFile> {
  await using handle = await open(file);
  const { size } = await handle.stat();
  const head = Buffer.alloc(Math.min(size, maxHeaderBytes));
  for (let done = 0; done < head.byteLength; ) {
    const { bytesRead } = await handle.read(head, done, head.byteLength - done, done);
    if (bytesRead === 0) throw new CheckpointError(file, 'the file shrank while it was read');
    done += bytesRead;
  }
  const cursor = new Cursor(file, head);
  if (cursor.u32() !== ggufMagic) throw new CheckpointError(file, 'is not a GGUF file');
  const version = cursor.u32();
  if (version !== ggufVersion) throw new CheckpointError(file, `is of GGUF version ${version}`);
  const [tensorCount, valueCount] = [cursor.u64(), cursor.u64()];
  const metadata = new Map<string, MetadataValue>();
  for (let at = 0; at < valueCount; at++) metadata.set(cursor.text(), cursor.value());
  const tensors = new Map<string, TensorPlace & { readonly offset: number }>();
  for (let at = 0; at < tensorCount; at++) {
    const tensor = cursor.tensor();
    tensors.set(tensor.name, tensor);
  }
  const start = Math.ceil(cursor.at / ggufAlignment) * ggufAlignment;
  for (const tensor of tensors.values())
    if (start + tensor.offset + byteLength(tensor) > size)
      throw new CheckpointError(file, 'lies past the end of the file', tensor.name);
  return {
    metadata,
    tensors,
    async read(name) {
      const tensor = tensors.get(name);
      if (tensor === undefined) throw new CheckpointError(file, 'is missing', name);
      await using source = await open(file);
      const bytes = new Uint8Array(byteLength(tensor));
      const { bytesRead } = await source.read(bytes, 0, bytes.length, start + tensor.offset);
      if (bytesRead !== bytes.length) throw new CheckpointError(file, 'is cut short', name);
      return decodeTensor(bytes, tensor.type);
    },
  };
}

function byteLength({ shape, type }: TensorPlace): number {
  return storedBytes(
    type,
    shape.reduce((product, size) => product * size, 1),
  );
}

class Cursor {
  readonly #file: string;
  readonly #bytes: Buffer;
  at = 0;

  constructor(file: string, bytes: Buffer) {
    this.#file = file;
    this.#bytes = bytes;
  }

  u32(): number {
    return this.#take(4).readUInt32LE();
  }

  u64(): number {
    return this.#count(this.#take(8).readBigUInt64LE());
  }

  text(): string {
    return this.#take(this.u64()).toString('utf8');
  }

  value(): MetadataValue {
    const type = this.u32();
    switch (type) {
      case valueTypes.u32:
        return { type: 'u32', value: this.u32() };
      case valueTypes.i32:
        return { type: 'i32', value: this.#take(4).readInt32LE() };
      case valueTypes.f32:
        return { type: 'f32', value: this.#take(4).readFloatLE() };
      case valueTypes.bool:
        return { type: 'bool', value: this.#take(1)[0] === 1 };
      case valueTypes.string:
        return { type: 'string', value: this.text() };
      case valueTypes.u64:
        return { type: 'u64', value: this.#take(8).readBigUInt64LE() };
      case valueTypes.array:
        return this.#array();
    }
    throw new CheckpointError(this.#file, `metadata of type ${type} is not supported`);
  }

  tensor(): TensorPlace & { readonly offset: number } {
    const name = this.text();
    const rank = this.u32();
    if (rank < 1 || rank > 4) throw new CheckpointError(this.#file, `has ${rank} axes`, name);
    const shape = Array.from({ length: rank }, () => this.u64()).reverse();
    const code = this.u32();
    const type = (Object.keys(tensorTypes) as TensorType[]).find((t) => tensorTypes[t] === code);
    if (type === undefined)
      throw new CheckpointError(this.#file, `is of type ${code}, which is not supported`, name);
    if (type === 'Q8_0' && shape.at(-1)! % blockSize !== 0)
      throw new CheckpointError(this.#file, `rows of ${shape.at(-1)} are no whole blocks`, name);
    return { name, shape, type, offset: this.u64() };
  }

  #array(): MetadataValue {
    const type = this.u32();
    const length = this.u64();
    const each = <T>(read: () => T): T[] => {
      const items: T[] = [];
      for (let at = 0; at < length; at++) items.push(read());
      return items;
    };
    if (type === valueTypes.string) return { type: 'strings', value: each(() => this.text()) };
    if (type === valueTypes.f32)
      return { type: 'f32s', value: each(() => this.#take(4).readFloatLE()) };
    if (type === valueTypes.i32)
      return { type: 'i32s', value: each(() => this.#take(4).readInt32LE()) };
    throw new CheckpointError(this.#file, `an array of type ${type} is not supported`);
  }

  #take(count: number): Buffer {
    const end = this.at + count;
    if (end > this.#bytes.byteLength)
      throw new CheckpointError(this.#file, 'the header is cut short');
    const taken = this.#bytes.subarray(this.at, end);
    this.at = end;
    return taken;
  }

  #count(value: bigint): number {
    if (value > BigInt(Number.MAX_SAFE_INTEGER))
      throw new CheckpointError(this.#file, `a size of ${value} is not plausible`);
    return Number(value);
  }
}
