import { cpuDevice } from '@lathe/engine/cpu';
import { input } from '@lathe/engine/internal/graph/value';
import { transpose } from '@lathe/engine/internal/ops/layout';
import { matmul } from '@lathe/engine/internal/ops/matmul';
import { fillUniform, rootSeed } from '@lathe/engine/seed';

const size = 1024;
const runs = 12;

/** GFLOP/s of products of two 1024 × 1024 matrices, at best. */
export type MatmulPeak = {
  /** A·B, as in a forward pass. */
  readonly plain: number;
  /** Aᵀ·B, as for the gradient of a weight. */
  readonly transposed: number;
};

/** What this machine's MatMul reaches in ONNX Runtime. */
export async function matmulPeak(threads?: number): Promise<MatmulPeak> {
  const shape = [size, size];
  const [a, b] = [input('a', shape), input('b', shape)];
  const device = cpuDevice(threads === undefined ? {} : { threads });
  const data = fillUniform(new Float32Array(size * size), rootSeed(2), 1);
  const matrix = { data, shape, dtype: 'float32' } as const;
  const rate = async (left: typeof a): Promise<number> => {
    const program = await device.compile({ outputs: { product: matmul(left, b) } });
    const product = { data: new Float32Array(size * size), shape, dtype: 'float32' } as const;
    const seconds: number[] = [];
    for (let run = 0; run < runs; run++) {
      const started = performance.now();
      await program.run({ a: matrix, b: matrix }, { product });
      seconds.push((performance.now() - started) / 1000);
    }
    await program.dispose();
    return (2 * size ** 3) / Math.min(...seconds) / 1e9;
  };
  return { plain: await rate(a), transposed: await rate(transpose(a, [1, 0])) };
}
