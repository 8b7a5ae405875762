/** Conversion between float32 and the storage formats of a checkpoint; little-endian throughout. */

/** Storage formats that hold real numbers. */
export type FloatFormat = 'F32' | 'F16' | 'BF16' | 'F64';

/**
 * Rounds float32 to bfloat16 (the upper 16 bits of float32), to nearest, ties to even.
 * NaN stays NaN: its payload could round to infinity, so a quiet bit is set instead.
 */
function toBfloat16(data: Float32Array): Uint16Array {
  const bits = new Uint32Array(data.buffer, data.byteOffset, data.length);
  const out = new Uint16Array(data.length);
  for (let i = 0; i < bits.length; i++) {
    const word = bits[i]!;
    out[i] =
      (word & 0x7fffffff) > 0x7f800000
        ? (word >>> 16) | 0x40
        : (word + 0x7fff + ((word >>> 16) & 1)) >>> 16;
  }
  return out;
}

/** Bytes of `data` in `format`; rounds to nearest, ties to even. A view of `data` itself for F32. */
export function encodeFloats(data: Float32Array, format: FloatFormat): Uint8Array {
  if (format === 'F32') return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  if (format === 'F64') return new Uint8Array(Float64Array.from(data).buffer);
  if (format === 'F16') return new Uint8Array(Float16Array.from(data).buffer);
  return new Uint8Array(toBfloat16(data).buffer);
}

/** Float32 values of `bytes`, which must start at an aligned offset of its own buffer. */
export function decodeFloats(bytes: Uint8Array, format: FloatFormat): Float32Array {
  const { buffer, byteOffset, byteLength } = bytes;
  if (format === 'F32') return new Float32Array(buffer, byteOffset, byteLength / 4);
  if (format === 'F64')
    return Float32Array.from(new Float64Array(buffer, byteOffset, byteLength / 8));
  if (format === 'F16')
    return Float32Array.from(new Float16Array(buffer, byteOffset, byteLength / 2));
  const words = new Uint16Array(buffer, byteOffset, byteLength / 2);
  const bits = new Uint32Array(words.length);
  for (let i = 0; i < words.length; i++) bits[i] = words[i]! << 16;
  return new Float32Array(bits.buffer);
}

/** Whether `dtype`, as a safetensors header spells it, is a format that the two functions take. */
export function isFloatFormat(dtype: string): dtype is FloatFormat {
  return dtype === 'F32' || dtype === 'F16' || dtype === 'BF16' || dtype === 'F64';
}
