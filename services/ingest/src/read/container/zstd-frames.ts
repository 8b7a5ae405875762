import { Unreadable } from './limits.ts';

const frameMagic = 0xfd2fb528;
/** Magic numbers of frames that hold no data, without their last four bits. */
const skippableMagic = 0x184d2a50;

/**
 * The frames of zstd data one after another, each as a stream of its bytes that is read to its end before the next (RFC 8878,
 * section 3.1): node:zlib unpacks the first frame alone, and files that were put together or packed in threads have several.
 */
export async function* zstdFrames(
  source: AsyncIterable<Uint8Array>,
): AsyncGenerator<AsyncGenerator<Buffer>> {
  const reader = createReader(source);
  try {
    for (let magic = await reader.take(4, true); magic !== undefined; ) {
      const number = magic.readUInt32LE();
      if ((number & 0xfffffff0) >>> 0 === skippableMagic)
        for await (const _ of reader.pass((await reader.need(4)).readUInt32LE()));
      else if (number === frameMagic) yield frame(reader, magic);
      else throw new Unreadable('is damaged: what follows its zstd data is none');
      magic = await reader.take(4, true);
    }
  } finally {
    await reader.close();
  }
}

async function* frame(reader: Reader, magic: Buffer): AsyncGenerator<Buffer> {
  yield magic;
  const descriptor = await reader.need(1);
  yield descriptor;
  const flags = descriptor[0] as number;
  const isSingleSegment = (flags & 0x20) !== 0;
  const dictionary = [0, 1, 2, 4][flags & 3] as number;
  const contentSize = [isSingleSegment ? 1 : 0, 2, 4, 8][flags >> 6] as number;
  yield await reader.need((isSingleSegment ? 0 : 1) + dictionary + contentSize);
  for (let isLast = false; !isLast; ) {
    const header = await reader.need(3);
    yield header;
    const block = header.readUIntLE(0, 3);
    isLast = (block & 1) === 1;
    const isRepeated = ((block >> 1) & 3) === 1;
    yield* reader.pass(isRepeated ? 1 : block >> 3);
  }
  if ((flags & 4) !== 0) yield await reader.need(4);
}

type Reader = {
  /** The next bytes; undefined at the end where that may be, for fewer than asked for Unreadable. */
  take(bytes: number, mayEnd: boolean): Promise<Buffer | undefined>;
  need(bytes: number): Promise<Buffer>;
  /** The next bytes as they come. */
  pass(bytes: number): AsyncGenerator<Buffer>;
  close(): Promise<void>;
};

function createReader(source: AsyncIterable<Uint8Array>): Reader {
  const chunks = source[Symbol.asyncIterator]();
  let held: Buffer = Buffer.alloc(0);
  const more = async (): Promise<boolean> => {
    const chunk = await chunks.next();
    if (chunk.done === true) return false;
    held = held.length === 0 ? Buffer.from(chunk.value) : Buffer.concat([held, chunk.value]);
    return true;
  };
  const cutShort = () => new Unreadable('is cut short: its zstd data end too early');
  const take = async (bytes: number, mayEnd: boolean): Promise<Buffer | undefined> => {
    while (held.length < bytes)
      if (!(await more())) {
        if (mayEnd && held.length === 0) return undefined;
        throw cutShort();
      }
    const taken = held.subarray(0, bytes);
    held = held.subarray(bytes);
    return taken;
  };
  return {
    take,
    need: async (bytes) => (await take(bytes, false)) ?? Buffer.alloc(0),
    async *pass(bytes) {
      for (let left = bytes; left > 0; ) {
        if (held.length === 0 && !(await more())) throw cutShort();
        const piece = held.subarray(0, left);
        held = held.subarray(piece.length);
        left -= piece.length;
        if (piece.length > 0) yield piece;
      }
    },
    close: async () => {
      await chunks.return?.();
    },
  };
}
