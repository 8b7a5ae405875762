import { describe, expect, it } from 'vitest';
import { gradients } from '../autodiff.ts';
import type { Shape } from '../graph/shape.ts';
import { input, placeOf, type Value } from '../graph/value.ts';
import { mappedWeight } from '../ops/comparison.ts';
import { add, mul } from '../ops/elementwise.ts';
import { layoutOps, transpose } from '../ops/layout.ts';
import { matmul } from '../ops/matmul.ts';
import { reduceSum } from '../ops/reduce.ts';
import { lowerGraph } from './lower.ts';
import { padsStored, usualPadding } from './padded-widths.ts';

const x = input('x', [512, 1024]);
const w = input('w', [2048, 1024]);

/** What is padded when a graph is computed, and to which shapes; each node stands after all that it reads. */
function padded(outputs: Readonly<Record<string, Value>>): Shape[] {
  const { nodes } = lowerGraph(outputs, { device: 'cpu', padding: usualPadding });
  const before = new Set<Value>();
  for (const value of nodes) {
    for (const source of value.inputs) expect(before.has(placeOf(source).whole)).toBe(true);
    before.add(value);
  }
  return nodes.filter(({ op }) => op === layoutOps.Pad).map(({ shape }) => shape);
}

describe('a product whose width is a multiple of 1024', () => {
  it('is that of longer sides, with a weight as it lies and turned', () => {
    expect(padded({ y: matmul(x, w, { transB: true }) })).toEqual([
      [512, 1040],
      [2048, 1040],
    ]);
    expect(padded({ y: matmul(x, input('turned', [1024, 768]), { alpha: 0.5 }) })).toEqual([
      [512, 1040],
      [1040, 768],
    ]);
    expect(padded({ y: matmul(input('windows', [2, 256, 1024]), w, { transB: true }) })).toEqual([
      [2, 256, 1040],
      [2048, 1040],
    ]);
  });

  it('is padded in the gradient of what comes in, never in that of the weight', () => {
    const y = matmul(x, w, { transB: true });
    const [dx, dw] = gradients(reduceSum(mul(y, input('slope', [512, 2048]))), [x, w]) as [
      Value,
      Value,
    ];
    expect(padded({ dx })).toEqual([
      [512, 2064],
      [2064, 1024],
    ]);
    expect(padded({ dw })).toEqual([]);
    // In as many rows, what it sums over is a multiple too.
    const tall = input('tall', [1024, 1024]);
    const product = mul(matmul(tall, w, { transB: true }), input('other', [1024, 2048]));
    const [dtall] = gradients(reduceSum(product), [w]) as [Value];
    expect(padded({ dtall })).toEqual([]);
    expect(padded({ y: matmul(transpose(tall), input('z', [1024, 1024])) })).toEqual([]);
  });

  it('has a left side that several read written anew once, and a right one each time', () => {
    const shapes = padded({
      y: add(matmul(x, w, { transB: true }), matmul(x, w, { transB: true })),
    });
    expect(shapes).toEqual([
      [512, 1040],
      [2048, 1040],
      [2048, 1040],
    ]);
  });

  it('is left alone where longer sides cost more than they win, or nothing is known of it', () => {
    const plain = (a: Value, b: Value) =>
      expect(padded({ y: matmul(a, b, { transB: true }) })).toEqual([]);
    plain(input('x', [511, 1024]), w);
    plain(x, input('w', [767, 1024]));
    plain(input('x', [512, 1000]), input('w', [1024, 1000]));
    plain(input('x', [512, 8192]), input('w', [4096, 8192]));
    plain(input('x', ['rows', 1024]), w);
    plain(x, input('w', ['classes', 1024]));
    plain(input('x', [512, 1024], 'float64'), input('w', [2048, 1024], 'float64'));
    plain(input('x', [2, 512, 1024]), input('w', [2, 2048, 1024]));
  });

  it('is taken as it is by our own kernels, and by other devices', () => {
    const outputs = { y: matmul(x, w, { transB: true }) };
    const products = { threads: 1, leavesStored: false };
    for (const target of [
      { device: 'cpu', products, padding: usualPadding },
      { device: 'cpu' },
      { device: 'webgpu' },
    ] as const)
      expect(lowerGraph(outputs, target).nodes.map(({ op }) => op)).not.toContain(layoutOps.Pad);
  });
});

it('tells a padded weight of a file, which is computed when a session is opened where weights are packed', () => {
  const source = { file: '/weights', offset: 0, byteLength: 2048 * 1024 * 2 } as const;
  const stored = { ...source, shape: [2048, 1024], dtype: 'float16' } as const;
  const { nodes } = lowerGraph(
    { y: matmul(x, mappedWeight('stored', stored), { transB: true }) },
    { device: 'cpu', padding: usualPadding },
  );
  expect(nodes.filter(padsStored).map(({ shape }) => shape)).toEqual([[2048, 1040]]);
});
