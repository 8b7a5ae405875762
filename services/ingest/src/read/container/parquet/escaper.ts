import { loadVectorProgram, pageBytes } from '../../../vector-program.ts';

/**
 * What JSON needs of a string, as a program of WebAssembly that looks at 16 bytes at a time: JavaScript has no such
 * instructions, and takes six times as long. Its memory holds what each byte is written as where it is escaped, the bytes that
 * are read, and then those that are written.
 */
type Escaper = {
  readonly memory: Uint8Array;
  /** Most bytes that are escaped at a time. */
  readonly stretch: number;
  /** Where what is written begins. */
  readonly begins: number;
  /** Writes bytes of a text from a place on as JSON.stringify would, without quotes, and returns the place behind them. */
  write(bytes: Uint8Array, at: number): number;
};

const stretch = 16_384;
/** Of an escape, as `\u001f`; its length stands in the last of eight bytes. */
const mostEscaped = 6;
/** Behind the forms of 256 bytes. */
const reads = 4096;

/** With room for so many bytes that are written, and behind them for a stretch of which all is escaped. */
export function createEscaper(writes: number): Escaper {
  const pages = Math.ceil((pageBytes + writes + (mostEscaped + 1) * stretch) / pageBytes);
  const program = loadVectorProgram<(from: number, end: number, to: number) => number>({
    ...{ takes: 3, gives: 1, pages },
    ...escaping(),
  });
  const common = { stretch, begins: pageBytes };
  // Machines without vectors have none of it.
  if (program === undefined) {
    const memory = Buffer.alloc(pages * pageBytes);
    return {
      ...common,
      memory,
      write: (text, at) => at + memory.write(escaped(text), at, 'latin1'),
    };
  }
  const memory = new Uint8Array(program.memory);
  for (let byte = 0; byte < 256; byte++) {
    const form = escaped(Uint8Array.of(byte));
    memory.set(Buffer.from(form, 'latin1'), 8 * byte);
    memory[8 * byte + 7] = form.length;
  }
  return {
    ...{ ...common, memory },
    write(text, at) {
      memory.set(text, reads);
      return program.run(reads, reads + text.length, at);
    },
  };
}

/** The same in JavaScript, each byte as the character of its number: nothing beyond ASCII is escaped. */
function escaped(text: Uint8Array): string {
  return JSON.stringify(Buffer.from(text).toString('latin1')).slice(1, -1);
}

// Instructions: https://webassembly.github.io/spec/core/binary/instructions.html
const simd = 0xfd;
const [loadVector, storeVector, constant] = [0x00, 0x0b, 0x0c];
const [equal, isLess, or, bits] = [0x23, 0x26, 0x50, 0x64];
const [loop, whenTrue, otherwise, end, branchIf] = [0x03, 0x04, 0x05, 0x0b, 0x0d];
const [getLocal, setLocal, teeLocal, number] = [0x20, 0x21, 0x22, 0x41];
const [loadByte, loadLong, storeLong] = [0x2d, 0x29, 0x37];
const [isNone, isBelow, trailingZeros] = [0x45, 0x49, 0x68];
const [add, subtract, shiftLeft] = [0x6a, 0x6b, 0x74];
const [int32, vector, noResult] = [0x7f, 0x7b, 0x40];

/**
 * The function: local 0 is the place that is read, 1 where that ends, 2 the place that is written. 16 bytes are copied, and of
 * those the first that must be escaped is then written over; what is read or written beyond the end does not count.
 */
function escaping() {
  const [from, ends, to, bytes, found, byte] = [0, 1, 2, 3, 4, 5];
  const all = (value: number) => [simd, constant, ...Array.from({ length: 16 }, () => value)];
  const step = (local: number, by: readonly number[]) => [
    ...[getLocal, local, ...by, add, setLocal, local],
  ];
  const isBefore = [getLocal, from, getLocal, ends, isBelow];
  const code = [
    ...[loop, noResult],
    ...[getLocal, to, getLocal, from, simd, loadVector, 0, 0, teeLocal, bytes],
    ...[simd, storeVector, 0, 0],
    ...[getLocal, bytes, ...all(0x22), simd, equal],
    ...[getLocal, bytes, ...all(0x5c), simd, equal, simd, or],
    ...[getLocal, bytes, ...all(0x20), simd, isLess, simd, or, simd, bits],
    ...[teeLocal, found, isNone, whenTrue, noResult],
    ...[...step(from, [number, 16]), ...step(to, [number, 16])],
    otherwise,
    ...[getLocal, found, trailingZeros, setLocal, found],
    ...[...step(from, [getLocal, found]), ...step(to, [getLocal, found])],
    ...[...isBefore, whenTrue, noResult],
    // Eight bytes of its form, of which only some count.
    ...[getLocal, to, getLocal, from, loadByte, 0, 0, number, 3, shiftLeft, teeLocal, byte],
    ...[loadLong, 0, 0, storeLong, 0, 0],
    ...step(to, [getLocal, byte, loadByte, 0, 7]),
    ...[...step(from, [number, 1]), end, end],
    ...[...isBefore, branchIf, 0, end],
    ...[getLocal, to, getLocal, from, getLocal, ends, subtract, subtract],
  ];
  return { locals: [2, 1, vector, 2, int32], code };
}
