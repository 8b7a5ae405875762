/** A value as it stands in JSON text: its bytes, or that it is longer than was asked for. */
type Slice = { readonly bytes: Buffer } | { readonly tooLong: true };

/** Walks over JSON text as it streams by. */
export type JsonCursor = {
  /** Number of the line that it is on. */
  readonly line: number;
  /** The next byte that is no white space, where it stays; undefined at the end. */
  peek(): Promise<number | undefined>;
  /** Goes over the byte that `peek` gave. */
  skip(): void;
  /** Goes over the value that begins there and gives it; undefined where the text ends within. Never more than `maxBytes` are held. */
  value(maxBytes: number): Promise<Slice | undefined>;
  close(): Promise<void>;
};

const [quote, backslash, newline] = [0x22, 0x5c, 0x0a];
const blanks: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d]);
const opening: ReadonlySet<number> = new Set([0x7b, 0x5b]);
const closing: ReadonlySet<number> = new Set([0x7d, 0x5d]);
/** What ends a number or a word: blanks, comma, colon, brackets, a quote. */
const scalarEnds: ReadonlySet<number> = new Set([
  ...blanks,
  ...closing,
  ...opening,
  0x2c,
  0x3a,
  0x22,
]);
const byteOrderMark = [0xef, 0xbb, 0xbf];

/** A cursor at the beginning of a text; a byte order mark there is gone over. */
export function createJsonCursor(source: AsyncIterable<Uint8Array>): JsonCursor {
  const chunks = source[Symbol.asyncIterator]();
  let buffer: Buffer = Buffer.alloc(0);
  let at = 0;
  let line = 1;
  let offset = 0;

  const more = async (): Promise<boolean> => {
    const chunk = await chunks.next();
    if (chunk.done === true) return false;
    buffer = Buffer.from(chunk.value.buffer, chunk.value.byteOffset, chunk.value.byteLength);
    at = 0;
    return true;
  };
  return {
    get line() {
      return line;
    },
    async peek() {
      for (;;) {
        for (; at < buffer.length; at++) {
          const byte = buffer[at] as number;
          if (byte === newline) line++;
          if (!blanks.has(byte) && byte !== byteOrderMark[offset++]) return byte;
        }
        if (!(await more())) return undefined;
      }
    },
    skip() {
      at++;
    },
    async value(maxBytes) {
      const walk = createWalk();
      const parts: Buffer[] = [];
      let length = 0;
      for (;;) {
        const from = at;
        const isWhole = advance(walk);
        length += at - from;
        if (length <= maxBytes) parts.push(buffer.subarray(from, at));
        else parts.length = 0;
        if (isWhole) break;
        // A number may be the last thing of a text.
        if (!(await more())) {
          if (walk.isScalar && length > 0) break;
          return undefined;
        }
      }
      return length > maxBytes ? { tooLong: true } : { bytes: Buffer.concat(parts) };
    },
    close: async () => {
      await chunks.return?.();
    },
  };

  /** Goes on in the chunk, to after the value where that ends there. */
  function advance(walk: Walk): boolean {
    for (; at < buffer.length; at++) {
      const byte = buffer[at] as number;
      if (walk.isScalar) {
        if (scalarEnds.has(byte)) return true;
        continue;
      }
      if (walk.isText) {
        const end = textEnd(buffer, at, walk);
        line += linesIn(buffer, at, end);
        at = end;
        if (end === buffer.length) return false;
        walk.isText = false;
        if (walk.depth > 0) continue;
      } else if (byte === newline) {
        line++;
        continue;
      } else if (byte === quote) {
        walk.isText = true;
        continue;
      } else if (opening.has(byte)) {
        walk.depth++;
        continue;
      } else if (closing.has(byte)) {
        walk.depth--;
        if (walk.depth > 0) continue;
      } else {
        walk.isScalar = walk.depth === 0;
        continue;
      }
      at++;
      return true;
    }
    return false;
  }
}

/** Place of the quote that ends the text that one is in at `from`, or the buffer's length; an escape may go on in the next one. */
function textEnd(buffer: Buffer, from: number, walk: Walk): number {
  let begins = from;
  for (;;) {
    const found = buffer.indexOf(quote, begins);
    const end = found === -1 ? buffer.length : found;
    let at = end;
    while (at > begins && buffer[at - 1] === backslash) at--;
    const escapes = end - at + (at === begins && walk.isEscaped ? 1 : 0);
    walk.isEscaped = found === -1 && escapes % 2 === 1;
    if (found === -1 || escapes % 2 === 0) return end;
    begins = found + 1;
  }
}

function linesIn(buffer: Buffer, from: number, to: number): number {
  // A search in the buffer itself would go on behind the text.
  const text = buffer.subarray(from, to);
  let count = 0;
  for (let at = text.indexOf(newline); at !== -1; count++) at = text.indexOf(newline, at + 1);
  return count;
}

type Walk = { depth: number; isText: boolean; isEscaped: boolean; isScalar: boolean };

function createWalk(): Walk {
  return { depth: 0, isText: false, isEscaped: false, isScalar: false };
}
