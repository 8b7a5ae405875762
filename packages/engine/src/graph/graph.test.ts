import { describe, expect, it } from 'vitest';
import { gradients } from '../autodiff.ts';
import { silu } from '../ops/activation.ts';
import { add, mul } from '../ops/elementwise.ts';
import { gatherRows } from '../ops/index-rows.ts';
import { split } from '../ops/layout.ts';
import { matmul } from '../ops/matmul.ts';
import { rmsNorm } from '../ops/norm.ts';
import { logSumExp, reduceMean, reduceSum } from '../ops/reduce.ts';
import { softmax } from '../ops/softmax.ts';
import { floats } from '../parity/conformance.fixture.ts';
import { cpuDevice } from '../runtime/cpu.ts';
import { printGraph } from './print.fixture.ts';
import { addDimensions, broadcastShapes, fixedShape, reshapedShape, sameShape } from './shape.ts';
import { constant, external, input, type Value } from './value.ts';
import { verify } from './verify.fixture.ts';

type Model = { outputs: Record<string, Value>; inputs: Value[] };

function linear(): Model {
  const x = input('x', [2, 3]);
  const w = input('w', [3, 2]);
  const loss = reduceMean(mul(matmul(x, w), 2));
  const [dw] = gradients(loss, [w]);
  return { outputs: { loss, dw: dw! }, inputs: [x, w] };
}

function gated(): Model {
  const x = input('x', [2, 4]);
  const w = input('w', [4, 6]);
  const scale = input('scale', [4]);
  const [gate, up] = split(matmul(rmsNorm(x, scale, 1e-5), w), [3, 3], 1);
  const loss = reduceSum(mul(silu(gate!), up!));
  const [dw, dscale] = gradients(loss, [w, scale]);
  return { outputs: { loss, dw: dw!, dscale: dscale! }, inputs: [x, w, scale] };
}

function attention(): Model {
  const table = input('table', [5, 4]);
  const rows = gatherRows(table, constant([0, 3, 3], [3], 'int32'));
  const weights = softmax(matmul(rows, rows, { transB: true, alpha: 0.5 }));
  const loss = reduceSum(logSumExp(matmul(weights, rows), { axes: [1] }));
  const [dtable] = gradients(loss, [table]);
  return { outputs: { loss, dtable: dtable! }, inputs: [table] };
}

describe('golden graphs', () => {
  it.each([
    ['linear', linear],
    ['gated', gated],
    ['attention', attention],
  ] as const)('%s prints as recorded, is verified and runs', async (name, build) => {
    const { outputs, inputs } = build();
    verify(outputs);
    await expect(printGraph(outputs)).toMatchFileSnapshot(`./fixtures/${name}.txt`);
    const program = await cpuDevice().compile({ outputs });
    const feeds = inputs.map(({ name: key, shape }, place) => {
      const sizes = fixedShape(shape);
      const count = sizes.reduce((product, size) => product * size, 1);
      const data = Array.from({ length: count }, (_, index) => Math.sin(index + place));
      return [key!, floats(sizes, data)];
    });
    const answers = await program.run(Object.fromEntries(feeds));
    await program.dispose();
    for (const { data } of Object.values(answers)) {
      expect(Array.from(data, Number).every(Number.isFinite)).toBe(true);
    }
  });
});

describe('verify', () => {
  const x = input('x', [2, 3]);
  const y = add(x, x);

  it('finds a wrong shape, type or order', () => {
    expect(() => verify({ y })).not.toThrow();
    const shape = [2, 4];
    expect(() => verify({ y: { ...y, shape } })).toThrow('should be float32[2, 3]');
    expect(() => verify({ y: { ...y, types: [{ shape, dtype: 'float32' }] } })).toThrow(
      'should be',
    );
    expect(() => verify({ y: { ...y, id: -1 } })).toThrow('which was made after it');
  });

  it('finds leaves that are incomplete or share a name', () => {
    const other = input('x', [2, 3]);
    expect(() => verify({ y: add(x, other) })).toThrow('The name "x" is given to two tensors.');
    const number = constant(1, [2]);
    expect(() => verify({ y: { ...number, data: new Float32Array(1) } })).toThrow(
      'hold its numbers',
    );
  });
});

describe('values', () => {
  it('refuses constants and weights whose sizes do not fit', () => {
    expect(() => constant([1, 2], [3])).toThrow('Constant of shape [3] got 2 numbers.');
    expect(() => constant(new Float64Array(1), [1])).toThrow('float32 got a Float64Array');
    const source = { file: 'w', offset: 0, byteLength: 4, dtype: 'float32', shape: [2] } as const;
    expect(() => external('w', source)).toThrow('Weight w needs 8 bytes');
  });
});

describe('shapes', () => {
  it('broadcasts, keeping names', () => {
    expect(broadcastShapes([3, 1], [2, 1, 4])).toEqual([2, 3, 4]);
    expect(broadcastShapes(['rows', 1], ['rows', 5])).toEqual(['rows', 5]);
    expect(() => broadcastShapes(['rows'], [3])).toThrow('do not broadcast');
  });

  it('works out what a reshape leaves open, with names', () => {
    const shape = ['rows', 'tokens', 64];
    expect(reshapedShape(shape, [-1, 64])).toEqual(['rows*tokens', 64]);
    expect(reshapedShape(shape, [0, 0, 8, 8])).toEqual(['rows', 'tokens', 8, 8]);
    expect(reshapedShape(['rows*tokens', 64], ['rows', -1, 64])).toEqual(['rows', 'tokens', 64]);
    expect(reshapedShape(shape, [-1, 16])).toEqual(['4*rows*tokens', 16]);
    expect(() => reshapedShape(shape, ['other', -1])).toThrow('cannot be reshaped');
    expect(() => reshapedShape([2, 3], [6, 2])).toThrow('[2, 3] cannot be reshaped to [6, 2].');
  });

  it('adds sizes and refuses names where numbers are needed', () => {
    expect(addDimensions('past', 1)).toBe('past+1');
    expect(sameShape([1, 'a'], [1, 'a'])).toBe(true);
    expect(() => fixedShape(['rows', 2])).toThrow('Size "rows" of [rows, 2] is known only');
  });
});
