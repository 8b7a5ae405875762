import { leastNormal } from './flushed-moment.ts';
import { instantiate, ownMemory, sharedLimits, type WasmMemory } from './state-memory.ts';
import {
  type Code,
  constant,
  countedLoop,
  f64x2,
  get,
  loadPair,
  loadVector,
  moduleBytes,
  numbered,
  offsetBy,
  set,
  storePair,
  storeVector,
  types,
  type WasmFunction,
} from './wasm-code.ts';

/** Numbers of one AdamW update, as `adamW` derives them from its settings and the step; in the kernels' order. */
export const updateNumbers = [
  ...(['meanFactor', 'varianceFactor', 'beta1', 'beta2', 'keep', 'epsilon', 'rate'] as const),
];
/** Locals that hold each of them twice. */
const pairs = updateNumbers.map((name) => `${name} twice` as const);

/** The update's inner loops. They round as those in JavaScript do, to the same bits. */
export type HostKernels = {
  /** Σ x² in float64, as `sumOfSquares`. */
  sumOfSquares(values: Float32Array): number;
  /**
   * One AdamW update in place, of as many numbers as it answers: WebAssembly leaves the last one of an odd count. All but the
   * gradient must lie in the kernels' memory, where they have one.
   */
  adamW(
    state: Readonly<Record<'weights' | 'mean' | 'variance', Float32Array>>,
    gradient: Float32Array,
    given: Readonly<Record<(typeof updateNumbers)[number], number>>,
  ): number;
};

/** Numbers of a gradient that are copied and worked through at a time: they fit the processor's second cache. */
const chunk = 32_768;
const numberBytes = 4;
/** Where the four running sums of squares lie, after the chunk. */
const sumsAt = chunk * numberBytes;

/**
 * Kernels in WebAssembly for a state that lies in `memory`, two numbers at a time, for the thread that makes them; undefined
 * where it can have no memory of its own.
 */
export function createHostKernels(memory: WasmMemory): HostKernels | undefined {
  const own = ownMemory(sumsAt + 4 * Float64Array.BYTES_PER_ELEMENT);
  if (own === undefined) return undefined;
  const { adamW, squares } = instantiate(kernelModule(), { own, state: memory }) as {
    adamW(bytes: number, weights: bigint, mean: bigint, variance: bigint, ...n: number[]): void;
    squares(bytes: number): void;
  };
  const values = new Float32Array(own.buffer, 0, chunk);
  const sums = new Float64Array(own.buffer, sumsAt, 4);
  return {
    sumOfSquares(all) {
      sums.fill(0);
      const whole = all.length - (all.length % 4);
      for (let at = 0; at < whole; at += chunk) {
        const part = all.subarray(at, Math.min(whole, at + chunk));
        values.set(part);
        squares(part.byteLength);
      }
      let [first = 0, second = 0, third = 0, fourth = 0] = sums;
      for (let at = whole; at < all.length; at++) first += (all[at] as number) ** 2;
      return first + second + (third + fourth);
    },
    adamW({ weights, mean, variance }, gradient, given) {
      const factors = updateNumbers.map((name) => given[name]);
      const place = (array: Float32Array, at: number): bigint =>
        BigInt(array.byteOffset + at * numberBytes);
      const whole = gradient.length - (gradient.length % 2);
      for (let at = 0; at < whole; at += chunk) {
        const part = gradient.subarray(at, Math.min(whole, at + chunk));
        values.set(part);
        adamW(
          part.byteLength,
          ...([place(weights, at), place(mean, at), place(variance, at)] as const),
          ...factors,
        );
      }
      return whole;
    },
  };
}

/** Two exported functions over `own`, a chunk of a gradient, and `state`. */
function kernelModule(): Uint8Array {
  const memories = [
    ['own', [0x00, 0x01]],
    ['state', sharedLimits],
  ] as const;
  return moduleBytes(memories, [adamWFunction(), squaresFunction()]);
}

/** `adamW(bytes, weights, mean, variance, …numbers)`: the gradient is at 0 of `own`, the rest are places in `state`. */
function adamWFunction(): WasmFunction {
  const places = ['bytes', 'weights', 'mean', 'variance'] as const;
  const local = numbered([...places, ...updateNumbers, 'at', ...pairs, 'g', 'm', 'v', 'least']);
  const { bytes, weights, mean, variance, at, g, m, v, least } = local;
  const twice = (name: (typeof updateNumbers)[number]): Code => get(local[`${name} twice`]);
  const here = (start: number): Code => offsetBy(get(start), get(at));
  const old = (start: number): Code => loadPair(1, here(start));
  const { add, sub, mul, div, sqrt, splat, abs, less, without } = f64x2;
  const flushed = (moment: Code): Code => without(moment, less(abs(moment), get(least)));
  return {
    name: 'adamW',
    parameters: [types.i32, types.i64, types.i64, types.i64, ...updateNumbers.map(() => types.f64)],
    locals: [
      types.i32,
      ...updateNumbers.map(() => types.v128),
      ...[g, m, v, least].map(() => types.v128),
    ],
    body: [
      ...updateNumbers.map((name) => set(local[`${name} twice`], splat(get(local[name])))),
      set(least, splat(constant(leastNormal))),
      countedLoop({ local: at, end: bytes, step: 8 }, [
        set(g, loadPair(0, get(at))),
        set(m, add(mul(old(mean), twice('beta1')), mul(get(g), twice('meanFactor')))),
        set(
          v,
          add(
            mul(old(variance), twice('beta2')),
            mul(mul(get(g), get(g)), twice('varianceFactor')),
          ),
        ),
        storePair(1, here(mean), flushed(get(m))),
        storePair(1, here(variance), flushed(get(v))),
        storePair(
          1,
          here(weights),
          sub(
            mul(old(weights), twice('keep')),
            mul(div(get(m), add(sqrt(get(v)), twice('epsilon'))), twice('rate')),
          ),
        ),
      ]),
    ],
  };
}

/** `squares(bytes)` adds the squares of four numbers at a time to the four sums. */
function squaresFunction(): WasmFunction {
  const [bytes, at, low, high, x] = [0, 1, 2, 3, 4] as const;
  const { add, mul } = f64x2;
  const square = (offset: number, sum: number): Code[] => [
    set(x, loadPair(0, get(at), offset)),
    set(sum, add(get(sum), mul(get(x), get(x)))),
  ];
  return {
    name: 'squares',
    parameters: [types.i32],
    locals: [types.i32, types.v128, types.v128, types.v128],
    body: [
      set(low, loadVector(sumsAt)),
      set(high, loadVector(sumsAt + 16)),
      countedLoop({ local: at, end: bytes, step: 16 }, [...square(0, low), ...square(8, high)]),
      storeVector(sumsAt, get(low)),
      storeVector(sumsAt + 16, get(high)),
    ],
  };
}
