import { readSync } from 'node:fs';
import type { AsyncBuffer } from 'hyparquet';

/** Bytes of an open file from `start` to before `end`; fewer where it ends. */
export function readSlice(file: number, start: number, end: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(Math.max(0, end - start));
  let length = 0;
  while (length < bytes.length) {
    const read = readSync(file, bytes, length, bytes.length - length, start + length);
    if (read === 0) break;
    length += read;
  }
  return bytes.subarray(0, length);
}

/** The file as hyparquet reads it; `onSlice` is told of each slice. */
export function asyncBufferOf(
  file: number,
  byteLength: number,
  onSlice?: (slice: ArrayBuffer) => void,
): AsyncBuffer {
  return {
    byteLength,
    slice(start, end = byteLength) {
      const bytes = readSlice(file, start, Math.min(end, byteLength));
      const slice =
        bytes.length === bytes.buffer.byteLength
          ? bytes.buffer
          : bytes.buffer.slice(0, bytes.length);
      onSlice?.(slice);
      return slice;
    },
  };
}
