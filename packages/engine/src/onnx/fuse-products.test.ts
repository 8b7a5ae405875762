import { describe, expect, it } from 'vitest';
import { gradients } from '../autodiff.ts';
import { printGraph } from '../graph/print.fixture.ts';
import { input, type Value } from '../graph/value.ts';
import { mappedWeight } from '../ops/comparison.ts';
import { add, mul, sub } from '../ops/elementwise.ts';
import { split } from '../ops/layout.ts';
import { matmul } from '../ops/matmul.ts';
import { reduceSum } from '../ops/reduce.ts';
import { loweredWithKernels } from './lowered-with-kernels.fixture.ts';

const x = input('x', [2, 3, 4]);
const w = input('w', [5, 4]);
const residual = input('residual', [2, 3, 5]);
const product = matmul(x, w, { transB: true });

/** What is computed with kernels, one node a line. */
function forms(outputs: Readonly<Record<string, Value>>, leavesStored = false): string[] {
  const lowered = loweredWithKernels(outputs, leavesStored);
  return printGraph(lowered.outputs, lowered.nodes)
    .split('\n')
    .filter((line) => /= [A-Z]/.test(line) && !/= (?:Input|Constant|Seed)/.test(line));
}

const count = (lines: readonly string[], name: string): number =>
  lines.filter((line) => line.includes(`= ${name}`)).length;

describe('a product of kernels', () => {
  it('takes a scale and a sum that follow it', () => {
    const lines = forms({ y: add(mul(product, 0.5), residual) });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('alpha: 0.5');
    expect(forms({ y: add(input('bias', [5]), product) })).toHaveLength(1);
  });

  it('leaves alone what is read besides, another shape, and a sum that was taken', () => {
    expect(forms({ y: add(product, residual), product })).toHaveLength(2);
    expect(forms({ y: add(product, input('column', [3, 1])) })).toHaveLength(2);
    expect(forms({ y: mul(product, residual) })).toHaveLength(2);
    expect(forms({ y: add(product, product) })).toHaveLength(2);
    const twice = forms({ y: mul(add(product, residual), 2) });
    expect(twice).toHaveLength(2);
    expect(count(twice, 'Mul')).toBe(1);
  });

  it('takes the sum of two products once, in the later one', () => {
    const lines = forms({ y: add(matmul(x, w, { transB: true }), matmul(x, w, { transB: true })) });
    expect(lines).toHaveLength(2);
    expect(count(lines, 'Product')).toBe(2);
  });

  it('keeps the parts of what is behind it', () => {
    const [left, right] = split(add(product, residual), [2, 3], 2) as [Value, Value];
    const lines = forms({ y: sub(reduceSum(left), reduceSum(right)) });
    expect(count(lines, 'Product')).toBe(1);
    expect(count(lines, 'Add')).toBe(0);
  });

  it('is not that of a stored weight, which ONNX Runtime lays out for its own', () => {
    const source = { file: '/weights', offset: 0, byteLength: 40, shape: [5, 4] } as const;
    const stored = mappedWeight('stored', { ...source, dtype: 'float16' });
    const y = matmul(x, stored, { transB: true });
    expect(count(forms({ y }, true), 'MatMul')).toBe(1);
    expect(count(forms({ y, other: product }, true), 'Product')).toBe(1);
    expect(count(forms({ y }), 'Product')).toBe(1);
  });

  it('is what gradients are made of too, but for batches and other types', () => {
    const [dx, dw] = gradients(reduceSum(mul(product, residual)), [x, w]);
    const lines = forms({ dx: dx!, dw: dw! });
    expect(count(lines, 'Product')).toBe(2);
    expect(count(lines, 'MatMul')).toBe(0);
    const batch = input('batch', [2, 4, 6]);
    expect(count(forms({ y: matmul(x, batch) }), 'MatMul')).toBe(1);
    const [wide, other] = [input('wide', [2, 4], 'float64'), input('other', [4, 2], 'float64')];
    expect(count(forms({ y: matmul(wide, other) }), 'MatMul')).toBe(1);
  });
});
