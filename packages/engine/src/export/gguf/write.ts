import { writeFileAtomically } from '../../formats/atomic.ts';
import { CheckpointError } from '../../formats/error.ts';
import {
  ggufAlignment,
  ggufMagic,
  ggufVersion,
  storedBytes,
  type TensorPlace,
  tensorTypes,
  valueTypes,
} from '../../gguf/format.ts';
import { encodeTensor, type WrittenType } from '../../gguf/quantize.ts';

/** Metadata of the types that this engine writes. */
export type WrittenValue =
  | { readonly type: 'u32' | 'f32'; readonly value: number }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'strings'; readonly value: readonly string[] }
  | { readonly type: 'f32s' | 'i32s'; readonly value: readonly number[] };

/** A tensor whose numbers are read when its turn comes. */
export type GgufTensor = TensorPlace & {
  readonly type: WrittenType;
  read(): Promise<Float32Array>;
};

/**
 * Writes a GGUF file; it appears under its name only when complete, and holds one tensor in memory at a
 * time. Throws CheckpointError, naming the tensor, for numbers that do not fit their type or shape.
 */
export async function writeGguf(
  file: string,
  metadata: ReadonlyMap<string, WrittenValue>,
  tensors: readonly GgufTensor[],
): Promise<void> {
  const header = ggufHeader(metadata, tensors);
  await writeFileAtomically(file, async (append) => {
    await append(header);
    for (const tensor of tensors) {
      const data = await tensor.read();
      const count = elements(tensor);
      if (data.length !== count)
        throw new CheckpointError(file, `needs ${count} numbers, not ${data.length}`, tensor.name);
      const bytes = encoded(file, tensor, data);
      await append(bytes);
      await append(new Uint8Array(aligned(bytes.byteLength) - bytes.byteLength));
    }
  });
}

function encoded(file: string, { name, type }: GgufTensor, data: Float32Array): Uint8Array {
  try {
    return encodeTensor(data, type);
  } catch (error) {
    if (error instanceof RangeError) throw new CheckpointError(file, error.message, name);
    throw error;
  }
}

function elements({ shape }: TensorPlace): number {
  return shape.reduce((product, size) => product * size, 1);
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / ggufAlignment) * ggufAlignment;
}

/** All that stands before the tensors' data, padding included. */
function ggufHeader(
  metadata: ReadonlyMap<string, WrittenValue>,
  tensors: readonly TensorPlace[],
): Uint8Array {
  const parts: Buffer[] = [];
  const u32 = (value: number): void => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(value);
    parts.push(bytes);
  };
  const u64 = (value: number | bigint): void => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(BigInt(value));
    parts.push(bytes);
  };
  const text = (value: string): void => {
    const bytes = Buffer.from(value, 'utf8');
    u64(bytes.byteLength);
    parts.push(bytes);
  };
  u32(ggufMagic);
  u32(ggufVersion);
  u64(tensors.length);
  u64(metadata.size);
  for (const [key, value] of metadata) {
    text(key);
    writeValue(value, {
      u32,
      u64,
      text,
      push: (bytes) => {
        parts.push(bytes);
      },
    });
  }
  let offset = 0;
  for (const tensor of tensors) {
    text(tensor.name);
    u32(tensor.shape.length);
    for (const size of tensor.shape.toReversed()) u64(size);
    u32(tensorTypes[tensor.type].code);
    u64(offset);
    offset += aligned(storedBytes(tensor.type, elements(tensor)));
  }
  const head = Buffer.concat(parts);
  return new Uint8Array(Buffer.concat([head], aligned(head.byteLength)));
}

type Writer = {
  readonly u32: (value: number) => void;
  readonly u64: (value: number | bigint) => void;
  readonly text: (value: string) => void;
  readonly push: (bytes: Buffer) => void;
};

function writeValue(item: WrittenValue, out: Writer): void {
  const list = (type: keyof typeof valueTypes, count: number): void => {
    out.u32(valueTypes.array);
    out.u32(valueTypes[type]);
    out.u64(count);
  };
  const plain = (bytes: Buffer): void => {
    out.u32(valueTypes[item.type as keyof typeof valueTypes]);
    out.push(bytes);
  };
  switch (item.type) {
    case 'strings':
      list('string', item.value.length);
      for (const value of item.value) out.text(value);
      break;
    case 'f32s':
      list('f32', item.value.length);
      out.push(Buffer.from(Float32Array.from(item.value).buffer));
      break;
    case 'i32s':
      list('i32', item.value.length);
      out.push(Buffer.from(Int32Array.from(item.value).buffer));
      break;
    case 'string':
      out.u32(valueTypes.string);
      out.text(item.value);
      break;
    case 'u32':
      plain(Buffer.from(Uint32Array.of(item.value).buffer));
      break;
    case 'f32':
      plain(Buffer.from(Float32Array.of(item.value).buffer));
      break;
    case 'bool':
      plain(Buffer.from([item.value ? 1 : 0]));
      break;
  }
}
