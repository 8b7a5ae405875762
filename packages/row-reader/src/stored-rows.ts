import type { LoadedLibrary } from '@lathe/native/koffi';

/** Rows in UTF-8: row i is the canonical JSON of `bytes.subarray(starts[i], ends[i])`. */
export type StoredRows = {
  readonly bytes: Uint8Array;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
};

/** Throws a RangeError where rows have not as many starts as ends, which C takes for granted. */
export function requireEnds({ starts, ends }: StoredRows): void {
  if (starts.length !== ends.length)
    throw new RangeError(`there are ${starts.length} starts and ${ends.length} ends of rows`);
}

/** What finds rows' words in C, for one thread, and the characters that it was told of. */
export type Finder = {
  readonly native: LoadedLibrary;
  readonly pointer: unknown;
  /** Tells it of the character that it stopped for. */
  tellCharacter(): void;
};
