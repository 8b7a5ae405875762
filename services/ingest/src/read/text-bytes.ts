/** Texts as UTF-8, one after another in one buffer that is used again: strings of their size are slow to be freed. */
export type TextBytes = {
  add(text: string): void;
  /** Adds what is UTF-8 already. */
  addBytes(bytes: Uint8Array): void;
  /** How many bytes were added. */
  readonly length: number;
  /** What was added; the next one begins empty. The bytes are good until then. */
  take(): Uint8Array;
};

/** Bytes that a unit of UTF-16 takes at most. */
const mostOfUnit = 3;

export function createTextBytes(): TextBytes {
  let buffer = Buffer.allocUnsafeSlow(4096);
  let length = 0;
  const makeRoom = (most: number): void => {
    if (length + most <= buffer.length) return;
    const larger = Buffer.allocUnsafeSlow(2 * (length + most));
    larger.set(buffer.subarray(0, length));
    buffer = larger;
  };
  return {
    get length() {
      return length;
    },
    add(text) {
      makeRoom(mostOfUnit * text.length);
      length += buffer.write(text, length);
    },
    addBytes(bytes) {
      makeRoom(bytes.length);
      buffer.set(bytes, length);
      length += bytes.length;
    },
    take() {
      const taken = buffer.subarray(0, length);
      length = 0;
      return taken;
    },
  };
}
