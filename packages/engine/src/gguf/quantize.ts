/** Numbers of a Q8_0 block, which share one scale. */
export const blockSize = 32;
const blockBytes = 2 + blockSize;

/** What this engine writes. */
export type WrittenType = 'F32' | 'F16' | 'Q8_0';

/**
 * Numbers as they are stored: float32, float16 (to nearest, ties to even), or Q8_0: blocks of 32 with a
 * float16 scale d = max|x|/127 and the int8 round(x/d), halves away from zero. Throws RangeError for a
 * number that is not finite or that float16 cannot hold.
 */
export function encodeTensor(data: Float32Array, type: WrittenType): Uint8Array {
  const bad = data.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw new RangeError(`value ${bad} is ${data[bad]}`);
  if (type === 'F32') return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  if (type === 'Q8_0') return encodeQ8(data);
  const half = Float16Array.from(data);
  const over = half.findIndex((value) => !Number.isFinite(value));
  if (over >= 0) throw new RangeError(`value ${over} is ${data[over]}, more than float16 holds`);
  return new Uint8Array(half.buffer);
}

function encodeQ8(data: Float32Array): Uint8Array {
  const blocks = data.length / blockSize;
  if (!Number.isInteger(blocks)) throw new RangeError(`${data.length} is no multiple of 32`);
  const bytes = new Uint8Array(blocks * blockBytes);
  const view = new DataView(bytes.buffer);
  const codes = new Int8Array(bytes.buffer);
  for (let block = 0; block < blocks; block++) {
    const from = block * blockSize;
    let largest = 0;
    for (let at = from; at < from + blockSize; at++)
      largest = Math.max(largest, Math.abs(data[at]!));
    const scale = Math.fround(largest / 127);
    const inverse = scale === 0 ? 0 : Math.fround(1 / scale);
    const stored = Math.f16round(scale);
    if (!Number.isFinite(stored)) throw new RangeError(`value near ${from} is too large for Q8_0`);
    view.setFloat16(block * blockBytes, stored, true);
    for (let at = 0; at < blockSize; at++) {
      const scaled = Math.fround(data[from + at]! * inverse);
      codes[block * blockBytes + 2 + at] = Math.sign(scaled) * Math.floor(Math.abs(scaled) + 0.5);
    }
  }
  return bytes;
}
