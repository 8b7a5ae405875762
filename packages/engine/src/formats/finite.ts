import { type FileHandle, open } from 'node:fs/promises';
import { CheckpointError, NotFiniteWeightsError } from './error.ts';
import { decodeFloats, type FloatFormat, isFloatFormat } from './number-format.ts';
import type { TensorEntry } from './safetensors.ts';

/**
 * Throws NotFiniteWeightsError, naming file and tensor, for the first value that is NaN or infinite.
 * @example requireFinite('model.safetensors', 'lm_head.weight', new Float32Array([1, 2]));
 */
export function requireFinite(file: string, tensor: string, data: Float32Array): void {
  for (let at = 0; at < data.length; at++)
    if (!Number.isFinite(data[at]))
      throw new NotFiniteWeightsError(file, `value ${at} is ${data[at]}`, tensor);
}

/** Bytes that are read and looked at in one go, a few milliseconds of work; a multiple of every format's size. */
const pieceBytes = 4 * 1024 * 1024;
/** Files that were looked through and are as they were, by what a change of them changes. */
const known = new Set<string>();

/**
 * Looks through weights on disk, piece by piece: throws NotFiniteWeightsError for the first value that is NaN or
 * infinite, and CheckpointError for a file that ends early. A file that was found good is not read again by this
 * process until it is another one or is written to.
 */
export async function requireFiniteWeights(
  tensors: ReadonlyMap<string, TensorEntry>,
): Promise<void> {
  const byFile = Map.groupBy(tensors, ([, { file }]) => file);
  for (const [file, entries] of byFile) {
    await using handle = await open(file);
    const { dev, ino, size, mtimeMs } = await handle.stat();
    const identity = [file, dev, ino, size, mtimeMs].join();
    if (known.has(identity)) continue;
    for (const [name, entry] of entries) await requireFiniteTensor(handle, name, entry);
    known.add(identity);
  }
}

async function requireFiniteTensor(
  handle: FileHandle,
  name: string,
  { file, offset, byteLength, dtype }: TensorEntry,
): Promise<void> {
  if (!isFloatFormat(dtype)) return;
  const size = bytesOf[dtype];
  const piece = new Uint8Array(Math.min(pieceBytes, byteLength));
  for (let done = 0; done < byteLength; ) {
    const wanted = Math.min(piece.length, byteLength - done);
    const { bytesRead } = await handle.read(piece, 0, wanted, offset + done);
    const whole = bytesRead - (bytesRead % size);
    if (whole === 0) throw new CheckpointError(file, `it ends within the tensor`, name);
    const bytes = piece.subarray(0, whole);
    const bad = firstNotFinite(bytes, dtype);
    if (bad >= 0) {
      const value = decodeFloats(bytes.slice(bad * size, (bad + 1) * size), dtype)[0];
      throw new NotFiniteWeightsError(file, `value ${done / size + bad} is ${value}`, name);
    }
    done += whole;
  }
}

const bytesOf: Readonly<Record<FloatFormat, number>> = { F64: 8, F32: 4, F16: 2, BF16: 2 };

/** The place of the first value whose exponent is all ones, which is NaN or infinity; −1: there is none. */
function firstNotFinite(
  { buffer, byteOffset, byteLength }: Uint8Array,
  format: FloatFormat,
): number {
  if (format === 'F64')
    return new Float64Array(buffer, byteOffset, byteLength / 8).findIndex(
      (x) => !Number.isFinite(x),
    );
  const isSingle = format === 'F32';
  const words = isSingle
    ? new Uint32Array(buffer, byteOffset, byteLength / 4)
    : new Uint16Array(buffer, byteOffset, byteLength / 2);
  const exponent = isSingle ? 0x7f80_0000 : format === 'BF16' ? 0x7f80 : 0x7c00;
  for (let at = 0; at < words.length; at++) if ((words[at]! & exponent) === exponent) return at;
  return -1;
}
