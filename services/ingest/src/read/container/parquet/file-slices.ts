import type { FileHandle } from 'node:fs/promises';
import type { AsyncBuffer } from 'hyparquet';

/** Bytes of a file from `start` to before `end`; fewer where it ends. */
export async function readSlice(
  file: FileHandle,
  start: number,
  end: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(Math.max(0, end - start));
  let length = 0;
  while (length < bytes.length) {
    const { bytesRead } = await file.read(bytes, length, bytes.length - length, start + length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return bytes.subarray(0, length);
}

/** The file as hyparquet reads it. */
export function asyncBufferOf(file: FileHandle, byteLength: number): AsyncBuffer {
  return {
    byteLength,
    async slice(start, end = byteLength) {
      const bytes = await readSlice(file, start, Math.min(end, byteLength));
      return bytes.length === bytes.buffer.byteLength
        ? bytes.buffer
        : bytes.buffer.slice(0, bytes.length);
    },
  };
}
