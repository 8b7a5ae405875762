import { loadVectorProgram, pageBytes, unsigned } from '../vector-program.ts';

/**
 * The inner loop of minhash.ts as a program of WebAssembly, four permutations at a time: nine times as fast as the same loop in
 * JavaScript, which has no such instructions. Its memory holds factors, terms and what was found, each as numbers of 32
 * bits, and then the set.
 */
type MinhashProgram = {
  /** The least number of each permutation of a set that is not empty, of at most so many numbers as there is room for. */
  minhash(set: Uint32Array): Int32Array;
  /** Numbers of a set that there is room for. */
  readonly most: number;
};

/** Vectors of four numbers that are worked on in one pass over a set: their factors, terms and results fit in registers or nearly. */
const vectorsAtOnce = 7;

// Instructions: https://webassembly.github.io/spec/core/binary/instructions.html
const simd = 0xfd;
const [loadVector, storeVector, loadSplat, splat] = [0x00, 0x0b, 0x09, 0x11];
const [addVectors, multiplyVectors, leastOfVectors] = [0xae, 0xb5, 0xb6];
const [block, loop, end, branch, branchIf] = [0x02, 0x03, 0x0b, 0x0c, 0x0d];
const [getLocal, setLocal, number, isNotLess, add] = [0x20, 0x21, 0x41, 0x4f, 0x6a];
const [int32, vector, noResult] = [0x7f, 0x7b, 0x40];

/**
 * The program for permutations x → factor · x + term, whose number is a multiple of 28; undefined where the machine has no
 * vectors.
 */
export function createMinhashProgram(
  factors: Int32Array,
  terms: Int32Array,
): MinhashProgram | undefined {
  const count = factors.length;
  const program = loadVectorProgram<(end: number) => void>({
    ...{ takes: 1, gives: 0, pages: 1 },
    ...functionFor(count),
  });
  if (program === undefined) return undefined;
  const numbers = new Int32Array(program.memory);
  numbers.set(factors, 0);
  numbers.set(terms, count);
  return {
    most: pageBytes / 4 - 3 * count,
    minhash(set) {
      numbers.set(set, 3 * count);
      program.run(4 * (3 * count + set.length));
      return numbers.slice(2 * count, 3 * count);
    },
  };
}

/** The function: local 0 is where the set ends, 1 the place in it, then come vectors of factors, terms and results, and the number. */
function functionFor(count: number) {
  const factor = (at: number) => 2 + at;
  const term = (at: number) => factor(vectorsAtOnce + at);
  const least = (at: number) => term(vectorsAtOnce + at);
  const value = least(vectorsAtOnce);
  const code: number[] = [];
  for (let first = 0; first < count / 4; first += vectorsAtOnce) {
    const place = (part: number, at: number) => unsigned(4 * (part * count + 4 * (first + at)));
    const each = Array.from({ length: vectorsAtOnce }, (_, at) => at);
    for (const at of each)
      code.push(
        ...[number, 0, simd, loadVector, 4, ...place(0, at), setLocal, factor(at)],
        ...[number, 0, simd, loadVector, 4, ...place(1, at), setLocal, term(at)],
        ...[number, ...signed(0x7fffffff), simd, splat, setLocal, least(at)],
      );
    code.push(number, ...signed(12 * count), setLocal, 1);
    code.push(block, noResult, loop, noResult);
    code.push(getLocal, 1, getLocal, 0, isNotLess, branchIf, 1);
    code.push(getLocal, 1, simd, loadSplat, 2, 0, setLocal, value);
    for (const at of each)
      code.push(
        ...[getLocal, value, getLocal, factor(at), simd, ...unsigned(multiplyVectors)],
        ...[getLocal, term(at), simd, ...unsigned(addVectors)],
        ...[getLocal, least(at), simd, ...unsigned(leastOfVectors), setLocal, least(at)],
      );
    code.push(getLocal, 1, number, 4, add, setLocal, 1, branch, 0, end, end);
    for (const at of each)
      code.push(number, 0, getLocal, least(at), simd, storeVector, 4, ...place(2, at));
  }
  return { locals: [2, 1, int32, 3 * vectorsAtOnce + 1, vector], code };
}

/** LEB128 of a number that may be negative. */
function signed(value: number): number[] {
  return value < 0x40 ? [value] : [(value & 0x7f) | 0x80, ...signed(value >>> 7)];
}
