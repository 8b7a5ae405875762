import { Readable, type Transform } from 'node:stream';
import { constants, createGunzip, createZstdDecompress } from 'node:zlib';
import { sizeText } from '@lathe/contracts/words/size';
import { ownPiece } from '@lathe/platform/artifacts/own-piece';
import { type Budget, Unreadable } from './limits.ts';
import { zstdFrames } from './zstd-frames.ts';

/** Bytes that are unpacked at a time: each piece costs a way to another thread and back. */
const chunkSize = 256 * 1024;

export type Compression = 'gzip' | 'zstd';

/** Largest window of zstd, as a power of two: what its own tool takes without being asked (128 MB). */
const zstdWindow = 27;

/**
 * What was compressed, as a stream. Throws Unreadable for bytes that are damaged, end too early or unpack to more than the
 * budget allows; what the source throws goes through.
 */
export async function* unpack(
  source: AsyncIterable<Uint8Array>,
  compression: Compression,
  budget: Budget,
): AsyncGenerator<Uint8Array> {
  const count = { packed: 0, unpacked: 0 };
  const decode = async function* (packed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of decoded(packed, compression)) {
      count.unpacked += chunk.length;
      budget.take(chunk.length, count);
      yield chunk;
    }
  };
  const counted = countedBytes(source, count);
  if (compression === 'gzip') yield* decode(counted);
  else for await (const frame of zstdFrames(counted)) yield* decode(frame);
}

async function* countedBytes(
  source: AsyncIterable<Uint8Array>,
  count: { packed: number },
): AsyncGenerator<Uint8Array> {
  for await (const chunk of source) {
    count.packed += chunk.length;
    yield chunk;
  }
}

function createDecoder(compression: Compression): Transform {
  if (compression === 'gzip') return createGunzip({ chunkSize });
  const params = { [constants.ZSTD_d_windowLogMax]: zstdWindow };
  return createZstdDecompress({ chunkSize, params });
}

async function* decoded(
  source: AsyncIterable<Uint8Array>,
  compression: Compression,
): AsyncGenerator<Uint8Array> {
  const input = Readable.from(source, { objectMode: true });
  const decoder = createDecoder(compression);
  let sourceError: unknown;
  input.once('error', (error) => {
    sourceError = error;
    decoder.destroy(error);
  });
  input.pipe(decoder);
  try {
    // A piece that fills its buffer is the last of it.
    for await (const piece of decoder as AsyncIterable<Uint8Array>) yield ownPiece(piece);
  } catch (error) {
    throw sourceError ?? damaged(error, compression);
  } finally {
    decoder.destroy();
    input.destroy();
  }
}

function damaged(error: unknown, compression: Compression): Unreadable {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ZSTD_error_frameParameter_windowTooLarge')
    return new Unreadable(
      `is packed with a window of more than ${sizeText(2 ** zstdWindow)}; pack it with zstd without --long`,
      { cause: error },
    );
  const isShort = code === 'Z_BUF_ERROR';
  const what = isShort ? 'is cut short: its' : 'is damaged: its';
  const how = isShort ? 'end too early' : 'cannot be unpacked';
  return new Unreadable(`${what} ${compression} data ${how}`, { cause: error });
}
