import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { gradients } from '../autodiff.ts';
import { constant, external, input, seedOp } from '../graph/value.ts';
import { silu } from '../ops/activation.ts';
import { add, mul } from '../ops/elementwise.ts';
import { matmul } from '../ops/matmul.ts';
import { rmsNorm } from '../ops/norm.ts';
import { reduceSum } from '../ops/reduce.ts';
import { encodeModel } from './encode.ts';
import { lowerGraph } from './lower.ts';

const x = input('x', [2, 2]);
const w = input('w', [2, 2]);

describe('node order', () => {
  it('writes what does not depend on the incoming gradient before what does', () => {
    const loss = reduceSum(silu(matmul(silu(matmul(x, w)), w)));
    const [dw] = gradients(loss, [w]);
    const { nodes } = lowerGraph({ loss, dw: dw! }, { device: 'cpu' });
    const backward = new Set(nodes.filter(({ op }) => op === seedOp));
    for (const value of nodes) {
      if (value.inputs.some((source) => backward.has(source))) backward.add(value);
    }
    const first = nodes.findIndex((value) => backward.has(value));
    expect(nodes.slice(first).every((value) => backward.has(value))).toBe(true);
    // The sigmoids of both derivatives are side results, made from forward values alone.
    const side = nodes.slice(0, first).filter(({ op }) => op.name === 'Sigmoid');
    expect(side).toHaveLength(2);
  });

  it('writes inputs before users, also in replaced forms', () => {
    const wide = input('x', [2, 4], 'float64');
    const y = rmsNorm(silu(wide), constant(1, [4], 'float64'), 1e-5);
    const [dx] = gradients(reduceSum(y), [wide]);
    for (const device of ['cpu', 'webgpu'] as const) {
      const { nodes, outputs } = lowerGraph({ y, dx: dx! }, { device });
      const place = new Map(nodes.map((value, index) => [value, index]));
      for (const value of nodes) {
        for (const source of value.inputs) {
          expect(place.get(source)).toBeLessThan(place.get(value)!);
        }
      }
      expect(place.has(outputs.y!)).toBe(true);
      expect(nodes.some(({ op }) => op.name === 'RmsNorm' || op.name === 'Silu')).toBe(false);
    }
  });
});

describe('model bytes', () => {
  it('are the same for the same graph and hold equal constants once', () => {
    const big = new Float32Array(10_000).fill(3);
    const once = () =>
      encodeModel({ outputs: { y: add(input('x', [1]), constant(big, [10_000])) } });
    const twice = encodeModel({
      outputs: { y: add(mul(input('x', [1]), constant(big, [10_000])), constant(big, [10_000])) },
    });
    expect(once()).toEqual(once());
    expect(twice.byteLength).toBeLessThan(once().byteLength + 200);
  });

  it('refuses names that clash and inputs that are not listed', () => {
    expect(() => encodeModel({ outputs: { x: add(x, x) } })).toThrow('has the name of an input');
    expect(() => encodeModel({ outputs: { y: add(x, input('x', [2, 2])) } })).toThrow(
      '"x" is taken',
    );
    expect(() => encodeModel({ outputs: { y: add(x, w) }, inputs: [x] })).toThrow(
      '"w" is used but not',
    );
    expect(() => encodeModel({ outputs: { y: add(x, x) }, inputs: [x, w] })).not.toThrow();
  });

  it('refuses weights outside the mapped folder', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'lathe-encode-'));
    const file = join(folder, 'w.bin');
    const weight = external('w', {
      file,
      offset: 0,
      byteLength: 16,
      dtype: 'float32',
      shape: [2, 2],
    });
    const graph = { outputs: { y: add(x, weight) } };
    expect(() => encodeModel(graph)).toThrow('Weight w lies in a file, but no folder was named');
    expect(() => encodeModel(graph, { folder: join(folder, 'inner') })).toThrow(
      'outside the mapped',
    );
    expect(() => encodeModel(graph, { folder })).not.toThrow();
  });
});
