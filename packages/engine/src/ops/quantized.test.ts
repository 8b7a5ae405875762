import { describe, expect, it } from 'vitest';
import { dequantizeFourBits, quantizeFourBits } from '../adapt/four-bit-base.ts';
import { gradients } from '../autodiff.ts';
import { input } from '../graph/value.ts';
import { fillNormal, rootSeed } from '../nn/seed.ts';
import { cpuDevice } from '../runtime/cpu.ts';
import { mul } from './elementwise.ts';
import { matmul } from './matmul.ts';
import { matmulFourBits } from './quantized.ts';
import { reduceSum } from './reduce.ts';

const [rows, inputs, outputs] = [40, 96, 48];
const normal = (size: number, seed: number) =>
  fillNormal(new Float32Array(size), rootSeed(seed), 1);
const matrix = quantizeFourBits(normal(inputs * outputs, 1), { inputs, outputs });
const feeds = {
  x: { data: normal(rows * inputs, 2), shape: [rows, inputs], dtype: 'float32' },
  dy: { data: normal(rows * outputs, 3), shape: [rows, outputs], dtype: 'float32' },
} as const;

/** x·Wᵀ and the gradient of Σ dy·y at x. */
async function computed(fourBits: boolean, xs = feeds.x.data) {
  const [x, dy] = [input('x', [rows, inputs]), input('dy', [rows, outputs])];
  const codes = input('codes', [outputs, inputs / 32, 16], 'uint8');
  const scales = input('scales', [outputs, inputs / 32]);
  const y = fourBits
    ? matmulFourBits(x, codes, scales)
    : matmul(x, input('w', [outputs, inputs]), { transB: true });
  const loss = reduceSum(mul(y, dy));
  const [dx] = gradients(loss, [x]);
  const program = await cpuDevice({ threads: 2 }).compile({ outputs: { loss, y, dx: dx ?? y } });
  const weights = fourBits
    ? {
        codes: { data: matrix.codes, shape: [outputs, inputs / 32, 16], dtype: 'uint8' as const },
        scales: { data: matrix.scales, shape: [outputs, inputs / 32], dtype: 'float32' as const },
      }
    : {
        w: {
          data: dequantizeFourBits(matrix),
          shape: [outputs, inputs],
          dtype: 'float32' as const,
        },
      };
  const answers = await program.run({ ...feeds, x: { ...feeds.x, data: xs }, ...weights });
  await program.dispose();
  const numbers = (name: string) => answers[name]?.data as Float32Array;
  return { y: numbers('y'), dx: numbers('dx'), loss: numbers('loss')[0] ?? Number.NaN };
}

function distance(found: Float32Array, wanted: Float32Array): number {
  let [apart, size] = [0, 0];
  for (const [at, value] of wanted.entries()) {
    apart += ((found[at] ?? Number.NaN) - value) ** 2;
    size += value ** 2;
  }
  return Math.sqrt(apart / size);
}

describe('a product with 4-bit weights', () => {
  it('is that with the numbers that the codes stand for, and so is its gradient', async () => {
    const found = await computed(true);
    const wanted = await computed(false);
    expect(distance(found.y, wanted.y)).toBeLessThan(1e-5);
    expect(distance(found.dx, wanted.dx)).toBeLessThan(1e-5);
  });

  it('has the gradient that finite differences give', async () => {
    const { dx } = await computed(true);
    const step = normal(rows * inputs, 5);
    const moved = (sign: number) =>
      computed(
        true,
        feeds.x.data.map((value, at) => value + sign * (step[at] ?? 0)),
      );
    const [up, down] = [await moved(1), await moved(-1)];
    const wanted = dx.reduce((sum, value, at) => sum + value * (step[at] ?? 0), 0);
    expect((up.loss - down.loss) / 2 / wanted).toBeCloseTo(1, 3);
  });

  it('keeps every number within half a step, one step at the end of the scale', () => {
    const weight = normal(inputs * outputs, 4);
    const { codes, scales } = quantizeFourBits(weight, { inputs, outputs });
    const again = dequantizeFourBits({ codes, scales });
    for (const [at, value] of weight.entries()) {
      const scale = Math.abs(scales[Math.floor(at / 32)] ?? 0);
      expect(Math.abs((again[at] ?? Number.NaN) - value)).toBeLessThanOrEqual(1.0001 * scale);
    }
    expect(distance(again, weight)).toBeLessThan(0.1);
  });

  it('represents zeros, and the largest number of a block exactly', () => {
    const weight = new Float32Array(64);
    weight[40] = -0.7;
    const again = dequantizeFourBits(quantizeFourBits(weight, { inputs: 64, outputs: 1 }));
    expect(again.map((x) => x + 0)).toEqual(weight);
  });

  it('refuses codes that do not fit', () => {
    const scales = input('scales', [4, 2]);
    const codes = input('codes', [4, 2, 16], 'uint8');
    expect(() => matmulFourBits(input('x', [3, 32]), codes, scales)).toThrow('do not fit [3, 32]');
  });
});
