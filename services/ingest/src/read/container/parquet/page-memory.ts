import type { Compressors } from 'hyparquet';

/** What pages of rows that were written lay in: given back by hand, since the garbage collector waits until much of it is there. */
type PageMemory = {
  /** Notes memory that nobody else uses. */
  readonly keep: (memory: ArrayBufferLike) => void;
  /** The same unpackers, with what they unpack noted. */
  readonly kept: (unpackers: Compressors) => Compressors;
  /** Gives back what was noted: nothing may read it any more. */
  readonly giveBack: () => void;
};

export function createPageMemory(): PageMemory {
  const noted = new Set<ArrayBuffer>();
  const keep = (memory: ArrayBufferLike): void => {
    // Smaller ones may lie in memory that Node shares out.
    if (memory instanceof ArrayBuffer && memory.byteLength > Buffer.poolSize) noted.add(memory);
  };
  return {
    keep,
    kept: (unpackers) =>
      Object.fromEntries(
        Object.entries(unpackers).map(([codec, unpack]) => [
          codec,
          (input: Uint8Array, length: number) => {
            const page = unpack(input, length);
            keep(page.buffer);
            return page;
          },
        ]),
      ),
    giveBack() {
      for (const memory of noted) memory.transfer(0);
      noted.clear();
    },
  };
}
