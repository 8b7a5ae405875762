import type { Graph } from '../graph/graph.ts';
import type { Tensor } from '../graph/tensor.ts';
import { input } from '../graph/value.ts';
import { cast } from '../ops/comparison.ts';
import { matmul } from '../ops/matmul.ts';
import type { Device, HalfProducts } from './device.ts';

const rows = 64;
const inner = 4096;
/** What float16 cannot tell from the next number when a quarter is added: it steps by 2 from here. */
const large = 2048;
const small = 0.25;

/** How a device multiplies in float16, by trying: one that cannot refuses the graph or its run. */
export async function probeHalfProducts(compile: Device['compile']): Promise<HalfProducts> {
  try {
    const program = await compile(probeGraph);
    try {
      const { y } = await program.run(probeFeeds());
      return probeVerdict(y?.data as Float32Array);
    } finally {
      await program.dispose();
    }
  } catch {
    return 'none';
  }
}

/** A product in float16 whose result tells in what its sums were kept: one large number and many small ones. */
const probeGraph: Graph = (() => {
  const a = cast(input('a', [rows, inner]), 'float16');
  const b = cast(input('b', [inner, rows]), 'float16');
  return { outputs: { y: cast(matmul(a, b), 'float32') } };
})();

/** What the probe is fed. */
export function probeFeeds(): Record<string, Tensor> {
  const a = new Float32Array(rows * inner).fill(small);
  for (let row = 0; row < rows; row++) a[row * inner] = large;
  const b = new Float32Array(inner * rows).fill(1);
  return {
    a: { data: a, shape: [rows, inner], dtype: 'float32' },
    b: { data: b, shape: [inner, rows], dtype: 'float32' },
  };
}

/** What the probe's answer says of a device that ran it. Rounding at the end may take away 1. */
export function probeVerdict(y: ArrayLike<number>): HalfProducts {
  const sum = large + (inner - 1) * small;
  return Array.from(y).every((value) => Math.abs(value - sum) <= 1) ? 'native' : 'narrow';
}
