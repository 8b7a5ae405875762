import { expect, it } from 'vitest';
import { dequantizeRows, quantizeRows } from '../adapt/eight-bit-base.ts';
import { gradients } from '../autodiff.ts';
import { input } from '../graph/value.ts';
import { fillNormal, rootSeed } from '../nn/seed.ts';
import { describeWithBytes } from '../runtime/byte-products.fixture.ts';
import { cpuDevice } from '../runtime/cpu.ts';
import { byteProduct, byteRows } from './byte-products.ts';
import { mul } from './elementwise.ts';
import { reduceSum } from './reduce.ts';

const [rows, inputs, outputs] = [37, 300, 45];
const normal = (size: number, seed: number) =>
  fillNormal(new Float32Array(size), rootSeed(seed), 1);
const weight = normal(inputs * outputs, 1);
const matrix = quantizeRows(weight, { inputs, outputs });
const widened = dequantizeRows(matrix);
const x = normal(rows * inputs, 2);
const dy = normal(rows * outputs, 3);
// A number far from the others makes the steps of its row large.
x[5 * inputs + 7] = 40;
x.fill(0, 9 * inputs, 10 * inputs);

async function computed(threads: number) {
  const [xs, dys] = [input('x', [rows, inputs]), input('dy', [rows, outputs])];
  const y = byteProduct(byteRows(xs), {
    codes: input('codes', [inputs, outputs], 'int8'),
    turned: input('turned', [outputs, inputs], 'int8'),
    scales: input('scales', [outputs]),
  });
  const [dx] = gradients(reduceSum(mul(y, dys)), [xs]);
  const program = await cpuDevice({ threads }).compile({ outputs: { y, dx: dx ?? y } });
  const across = new Int8Array(inputs * outputs);
  for (const [at, code] of matrix.codes.entries())
    across[(at % inputs) * outputs + Math.floor(at / inputs)] = code;
  const answers = await program.run({
    x: { data: x, shape: [rows, inputs], dtype: 'float32' },
    dy: { data: dy, shape: [rows, outputs], dtype: 'float32' },
    codes: { data: across, shape: [inputs, outputs], dtype: 'int8' },
    turned: { data: matrix.codes, shape: [outputs, inputs], dtype: 'int8' },
    scales: { data: matrix.scales, shape: [outputs], dtype: 'float32' },
  });
  await program.dispose();
  return { y: answers.y?.data as Float32Array, dx: answers.dx?.data as Float32Array };
}

type Sides = { readonly left: Float32Array; readonly columns: number; readonly depth: number };

/**
 * Expects each number of a product to be as far as rounding allows from float64's: half a step of its row of the left
 * side for each number of the right one that it was multiplied by.
 */
function expectWithinSteps(
  found: Float32Array,
  { left, columns, depth }: Sides,
  right: (step: number, column: number) => number,
): void {
  for (let row = 0; row < rows; row++) {
    const of = left.subarray(row * depth, (row + 1) * depth);
    const halfStep = Math.max(...of.map(Math.abs)) / 127 / 2;
    for (let column = 0; column < columns; column++) {
      let [wanted, size] = [0, 0];
      for (const [step, value] of of.entries()) {
        wanted += value * right(step, column);
        size += Math.abs(right(step, column));
      }
      const apart = Math.abs((found[row * columns + column] ?? Number.NaN) - wanted);
      expect(apart).toBeLessThanOrEqual(halfStep * size * 1.0001 + 1e-6);
    }
  }
}

await describeWithBytes('a product of bytes', () => {
  it('is that with the widened matrix within half a step of each row, and so is its gradient', async () => {
    const { y, dx } = await computed(1);
    const at = (output: number, step: number) => widened[output * inputs + step] ?? Number.NaN;
    expectWithinSteps(y, { left: x, columns: outputs, depth: inputs }, (step, column) =>
      at(column, step),
    );
    const scaled = dy.map((value, place) => value * (matrix.scales[place % outputs] ?? 0));
    expectWithinSteps(
      dx,
      { left: scaled, columns: inputs, depth: outputs },
      (step, column) => matrix.codes[step * inputs + column] ?? Number.NaN,
    );
    expect(y.subarray(9 * outputs, 10 * outputs).every((value) => value === 0)).toBe(true);
  });

  it('has the same bits on any number of threads', async () => {
    const [one, two] = [await computed(1), await computed(2)];
    expect(two).toEqual(one);
  });
});

it('keeps every weight within half a step of its row, and a row of zeros as it is', () => {
  for (const [at, value] of weight.entries()) {
    const scale = matrix.scales[Math.floor(at / inputs)] ?? Number.NaN;
    expect(Math.abs((widened[at] ?? Number.NaN) - value)).toBeLessThanOrEqual(0.5001 * scale);
  }
  const zeros = quantizeRows(new Float32Array(8), { inputs: 4, outputs: 2 });
  expect(dequantizeRows(zeros)).toEqual(new Float32Array(8));
});

it('refuses a matrix that does not fit', () => {
  const sides = { codes: input('c', [32, 4], 'int8'), turned: input('t', [4, 31], 'int8') };
  const rounded = byteRows(input('x', [3, 32]));
  expect(() => byteProduct(rounded, { ...sides, scales: input('s', [4]) })).toThrow(
    'a matrix [4, 31] does not fit [3, 32].',
  );
});
