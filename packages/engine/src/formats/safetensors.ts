import { type FileHandle, open } from 'node:fs/promises';
import { writeFileAtomically } from './atomic.ts';
import { CheckpointError } from './error.ts';
import { fileStatus } from './file-status.ts';
import { decodeFloats, encodeFloats, isFloatFormat } from './number-format.ts';
import {
  buildHeader,
  maxHeaderBytes,
  parseHeader,
  type SafetensorsHeader,
  type TensorEntry,
  type TensorPlan,
  tensorBytes,
} from './safetensors-header.ts';

export type { TensorEntry } from './safetensors-header.ts';

/**
 * Reads the header of a safetensors file (huggingface/safetensors format: u64 length, JSON, data).
 * Throws CheckpointError, naming file and tensor, when the header is hostile or the file truncated.
 * @example const { tensors } = await readSafetensors('model.safetensors');
 */
export async function readSafetensors(file: string): Promise<SafetensorsHeader> {
  const { size } = await fileStatus(file);
  await using handle = await open(file);
  if (size < 8) throw new CheckpointError(file, `${size} bytes are too few for a safetensors file`);
  const prefix = Buffer.alloc(8);
  await readExactly(handle, prefix, 0, file);
  const length = prefix.readBigUInt64LE(0);
  if (length > maxHeaderBytes) {
    throw new CheckpointError(file, `header length ${length} exceeds ${maxHeaderBytes} bytes`);
  }
  const headerBytes = Number(length);
  if (8 + headerBytes > size) {
    throw new CheckpointError(file, `header of ${length} bytes, but the file ends after ${size}`);
  }
  const json = Buffer.alloc(headerBytes);
  await readExactly(handle, json, 8, file);
  return parseHeader(file, json, size - 8 - headerBytes);
}

/** The raw bytes of a tensor, in a buffer of its own. */
export async function readTensorBytes(entry: TensorEntry): Promise<Uint8Array> {
  await using handle = await open(entry.file);
  const bytes = new Uint8Array(entry.byteLength);
  await readExactly(handle, bytes, entry.offset, entry.file, entry.name);
  return bytes;
}

/** The values of a tensor as float32, in C order. Throws CheckpointError for a dtype that is not a float. */
export async function readTensor(entry: TensorEntry): Promise<Float32Array> {
  if (!isFloatFormat(entry.dtype)) {
    throw new CheckpointError(entry.file, `dtype ${entry.dtype} holds no real numbers`, entry.name);
  }
  return decodeFloats(await readTensorBytes(entry), entry.dtype);
}

async function readExactly(
  handle: FileHandle,
  target: Uint8Array,
  position: number,
  file: string,
  tensor?: string,
): Promise<void> {
  let done = 0;
  while (done < target.byteLength) {
    const { bytesRead } = await handle.read(
      target,
      done,
      target.byteLength - done,
      position + done,
    );
    if (bytesRead === 0) {
      throw new CheckpointError(
        file,
        `the file ends ${target.byteLength - done} bytes early`,
        tensor,
      );
    }
    done += bytesRead;
  }
}

export type WritableTensor = {
  name: string;
  dtype: 'F32' | 'F16' | 'BF16';
  shape: readonly number[];
  data: Float32Array;
};

/** One tensor whose bytes are produced when its turn comes, so that a large file needs little memory. */
export type TensorSource = TensorPlan & {
  bytes: () => Uint8Array | Promise<Uint8Array> | AsyncIterable<Uint8Array>;
};

/** Older transformers refuse a file whose metadata does not name a framework. */
const frameworkMetadata = { format: 'pt' };

/**
 * Writes a safetensors file; it appears under its name only when complete. Metadata gets `format: "pt"`.
 * Throws CheckpointError when the data of a tensor does not fit its shape, or a name occurs twice.
 */
export async function writeSafetensors(
  file: string,
  tensors: readonly WritableTensor[],
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  const sources = tensors.map(({ name, dtype, shape, data }) => ({
    name,
    dtype,
    shape,
    bytes: () => encodeFloats(data, dtype),
  }));
  await streamSafetensors(file, sources, metadata);
}

/** As writeSafetensors, tensor by tensor: at most one tensor's bytes, or one piece of them, are held at a time. */
export async function streamSafetensors(
  file: string,
  tensors: readonly TensorSource[],
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  const seen = new Set<string>();
  for (const { name } of tensors) {
    if (seen.has(name)) throw new CheckpointError(file, 'it is given twice', name);
    seen.add(name);
  }
  const { bytes: header, order } = buildHeader(tensors, { ...frameworkMetadata, ...metadata });
  await writeFileAtomically(file, async (write) => {
    await write(header);
    for (const tensor of order) {
      const given = await tensor.bytes();
      const expected = tensorBytes(tensor);
      let written = 0;
      for await (const bytes of given instanceof Uint8Array ? [given] : given) {
        written += bytes.byteLength;
        if (written > expected) break;
        await write(bytes);
      }
      if (written !== expected) {
        const problem = `shape [${tensor.shape.join(', ')}] of ${tensor.dtype} needs ${expected} bytes, not ${written}`;
        throw new CheckpointError(file, problem, tensor.name);
      }
    }
  });
}
