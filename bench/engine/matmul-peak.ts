import { input } from '@lathe/engine/graph/value';
import { fillUniform, rootSeed } from '@lathe/engine/nn/seed';
import { matmul } from '@lathe/engine/ops/matmul';
import { cpuDevice } from '@lathe/engine/runtime/cpu';

const size = 1024;
const runs = 12;

/** GFLOP/s of a product of two 1024 × 1024 matrices: what this machine's MatMul reaches at best. */
export async function matmulPeak(threads?: number): Promise<number> {
  const shape = [size, size];
  const program = await cpuDevice(threads === undefined ? {} : { threads }).compile({
    outputs: { product: matmul(input('a', shape), input('b', shape)) },
  });
  const data = fillUniform(new Float32Array(size * size), rootSeed(2), 1);
  const matrix = { data, shape, dtype: 'float32' } as const;
  const product = { data: new Float32Array(size * size), shape, dtype: 'float32' } as const;
  const seconds: number[] = [];
  for (let run = 0; run < runs; run++) {
    const started = performance.now();
    await program.run({ a: matrix, b: matrix }, { product });
    seconds.push((performance.now() - started) / 1000);
  }
  await program.dispose();
  return (2 * size ** 3) / Math.min(...seconds) / 1e9;
}
