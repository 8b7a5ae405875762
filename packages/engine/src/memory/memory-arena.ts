/** Sizes are multiples of this. */
const granule = 256;
const pageBytes = 4096;
const firstRegionBytes = 2 ** 20;
/** A chunk with more to spare than this is split even when it is not twice as large as asked for. */
const mostSpareBytes = 128 * 2 ** 20;

type Chunk = {
  readonly region: Region;
  readonly order: number;
  offset: number;
  size: number;
  free: boolean;
  before: Chunk | undefined;
  after: Chunk | undefined;
};

type Region = { readonly touched: Uint8Array };

export type Arena = {
  /** Takes so many bytes; the handle is for `release`. */
  take(bytes: number): Chunk;
  release(chunk: Chunk): void;
  /** Bytes of memory pages that were ever handed out: what the process keeps resident. */
  touchedBytes(): number;
};

/**
 * ONNX Runtime's arena for the CPU (best fit with coalescing; regions double in size and are never given
 * back), without memory: it says how many pages a sequence of allocations touches, its fragmentation included.
 */
export function createArena(): Arena {
  const free = new Set<Chunk>();
  const regions: Region[] = [];
  let growth = firstRegionBytes;

  function extend(bytes: number): void {
    const grew = bytes > growth;
    while (bytes > growth) growth *= 2;
    const region = { touched: new Uint8Array(Math.ceil(growth / pageBytes)) };
    regions.push(region);
    free.add({
      region,
      order: regions.length,
      offset: 0,
      size: growth,
      free: true,
      before: undefined,
      after: undefined,
    });
    if (!grew) growth *= 2;
  }

  function bestFit(bytes: number): Chunk | undefined {
    let best: Chunk | undefined;
    for (const chunk of free)
      if (chunk.size >= bytes && (best === undefined || fitsBetter(chunk, best))) best = chunk;
    return best;
  }

  return {
    take(bytes) {
      const size = Math.max(granule, granule * Math.ceil(bytes / granule));
      let chunk = bestFit(size);
      if (chunk === undefined) {
        extend(size);
        chunk = bestFit(size) as Chunk;
      }
      free.delete(chunk);
      chunk.free = false;
      const spare = chunk.size - size;
      if (chunk.size >= 2 * size || spare >= mostSpareBytes) free.add(cut(chunk, size));
      const { offset, region } = chunk;
      region.touched.fill(
        1,
        Math.floor(offset / pageBytes),
        Math.ceil((offset + bytes) / pageBytes),
      );
      return chunk;
    },
    release(chunk) {
      let whole = chunk;
      whole.free = true;
      if (whole.after?.free === true) {
        free.delete(whole.after);
        join(whole);
      }
      if (whole.before?.free === true) {
        whole = whole.before;
        free.delete(whole);
        join(whole);
      }
      free.add(whole);
    },
    touchedBytes: () => regions.reduce((sum, { touched }) => sum + pageBytes * count(touched), 0),
  };
}

function fitsBetter(chunk: Chunk, best: Chunk): boolean {
  if (chunk.size !== best.size) return chunk.size < best.size;
  if (chunk.order !== best.order) return chunk.order < best.order;
  return chunk.offset < best.offset;
}

/** Cuts a chunk to a size and answers the rest, which is free. */
function cut(chunk: Chunk, size: number): Chunk {
  const rest: Chunk = {
    region: chunk.region,
    order: chunk.order,
    offset: chunk.offset + size,
    size: chunk.size - size,
    free: true,
    before: chunk,
    after: chunk.after,
  };
  if (chunk.after !== undefined) chunk.after.before = rest;
  chunk.after = rest;
  chunk.size = size;
  return rest;
}

/** Makes a chunk and the one after it one. */
function join(chunk: Chunk): void {
  const { after } = chunk;
  if (after === undefined) return;
  chunk.size += after.size;
  chunk.after = after.after;
  if (after.after !== undefined) after.after.before = chunk;
}

function count(flags: Uint8Array): number {
  let sum = 0;
  for (const flag of flags) sum += flag;
  return sum;
}
