import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import type { Compressors } from 'hyparquet';
import { compressors, decompressLz4, decompressLz4Raw } from 'hyparquet-compressors';

/** What unpacks pages: node:zlib where it can, which takes no more bytes than a page says that it has. */
export const unpackers: Compressors = {
  ...compressors,
  GZIP: (input, length) => sized(gunzipSync(input, { maxOutputLength: atLeastOne(length) })),
  ZSTD: (input, length) =>
    sized(zstdDecompressSync(input, { maxOutputLength: atLeastOne(length) })),
  BROTLI: (input, length) =>
    sized(brotliDecompressSync(input, { maxOutputLength: atLeastOne(length) })),
  LZ4: unlessEmpty(decompressLz4),
  LZ4_RAW: unlessEmpty(decompressLz4Raw),
};

/** The package cannot read a block of nothing, as the dictionary is of a column in which every value is null. */
function unlessEmpty(unpack: typeof decompressLz4): typeof decompressLz4 {
  return (input, length) => (length === 0 ? new Uint8Array() : unpack(input, length));
}

/** node:zlib knows no limit of none. */
function atLeastOne(length: number): number {
  return Math.max(1, length);
}

function sized(bytes: Buffer): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
