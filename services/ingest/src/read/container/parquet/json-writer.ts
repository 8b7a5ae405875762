import { createEscaper } from './escaper.ts';

/** Writes JSON as bytes. */
type JsonWriter = {
  /** Adds bytes as they are. */
  add(bytes: Uint8Array): void;
  /** Adds the text that bytes of UTF-8 say, as a string of JSON. */
  addText(bytes: Uint8Array): void;
  /** Hands on what is left. */
  flush(): void;
};

/** Bytes from which on a piece is handed on; reading them from the pipe takes as many at a time. */
const pieceBytes = 65_536;
const quote = 0x22;

/** A writer that hands on pieces, each of which is overwritten once `write` returns. */
export function createJsonWriter(write: (piece: Uint8Array) => void): JsonWriter {
  const { memory, stretch, begins, write: escaped } = createEscaper(pieceBytes);
  let at = begins;
  const flush = (): void => {
    if (at > begins) write(memory.subarray(begins, at));
    at = begins;
  };
  const flushFull = (): void => {
    if (at >= begins + pieceBytes) flush();
  };
  const stretches = function* (bytes: Uint8Array): Generator<Uint8Array> {
    for (let from = 0; from < bytes.length; from += stretch)
      yield bytes.subarray(from, from + stretch);
  };
  return {
    flush,
    add(bytes) {
      for (const part of bytes.length > stretch ? stretches(bytes) : [bytes]) {
        flushFull();
        memory.set(part, at);
        at += part.length;
      }
    },
    addText(bytes) {
      memory[at++] = quote;
      for (const part of bytes.length > stretch ? stretches(bytes) : [bytes]) {
        flushFull();
        at = escaped(part, at);
      }
      memory[at++] = quote;
    },
  };
}
