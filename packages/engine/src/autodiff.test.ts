import { checkFamily } from '@lathe/testkit/gradient-check';
import { describe, expect, it } from 'vitest';
import { gradients, pullback } from './autodiff.ts';
import { fromNumbers, type Tensor } from './graph/tensor.ts';
import { ancestors, constant, input, part, type Value } from './graph/value.ts';
import { verify } from './graph/verify.fixture.ts';
import { blockOps, stopGradient } from './ops/block.ts';
import { add, exp, mul } from './ops/elementwise.ts';
import { gatherRows } from './ops/index-rows.ts';
import { split } from './ops/layout.ts';
import { matmul, matmulOps } from './ops/matmul.ts';
import { rmsNorm } from './ops/norm.ts';
import { reduceSum } from './ops/reduce.ts';
import { rope } from './ops/rope.ts';
import { cpuDevice } from './runtime/cpu.ts';

checkFamily(blockOps, {
  StopGradient: {
    reference: ([x]) => x!,
    samples: [{ shapes: [[2, 3]] }],
  },
  BlockBorder: {
    reference: ([x]) => x!,
    samples: [{ shapes: [[2, 3]] }],
  },
  Remade: {
    reference: ([x]) => x!,
    samples: [{ shapes: [[2, 3]] }],
  },
});

const device = cpuDevice({ threads: 1 });

/** Runs values in float64 on numbers by input name, in the shapes of the inputs. */
async function evaluate(
  values: readonly Value[],
  numbers: Readonly<Record<string, readonly number[]>>,
): Promise<number[][]> {
  const outputs = Object.fromEntries(values.map((value, index) => [`y${index}`, value]));
  verify(outputs);
  const program = await device.compile({ outputs });
  const leaves = new Map(ancestors(values).map((value) => [value.name, value]));
  const feeds: Record<string, Tensor> = {};
  for (const name of program.inputs) {
    const { shape, dtype } = leaves.get(name)!;
    feeds[name] = { shape: shape as number[], dtype, data: fromNumbers(dtype, numbers[name]!) };
  }
  const answers = await program.run(feeds);
  await program.dispose();
  return values.map((_, index) => Array.from(answers[`y${index}`]!.data, Number));
}

const x = input('x', [3], 'float64');
const w = input('w', [3], 'float64');
const numbers = { x: [1, 2, 3], w: [4, 5, 6] };

describe('gradients', () => {
  it('adds up all uses of a value', async () => {
    const loss = reduceSum(add(mul(x, x), add(x, mul(x, w))));
    expect(await evaluate(gradients(loss, [x]), numbers)).toEqual([[7, 10, 13]]);
  });

  it('adds up both sides of a diamond', async () => {
    const top = mul(x, 3);
    const loss = reduceSum(mul(mul(top, w), add(top, w)));
    // d/dx of 3xw(3x + w) = 18xw + 3w².
    expect(await evaluate(gradients(loss, [x]), numbers)).toEqual([[120, 255, 432]]);
  });

  it('adds the rows of a table that is looked up in to its other gradient', async () => {
    const table = input('t', [3, 2], 'float64');
    const ids = constant([2, 0, 2], [3], 'int32');
    const other = constant([1, 2, 3, 4, 5, 6], [3, 2], 'float64');
    const looked = gatherRows(table, ids);
    const loss = add(reduceSum(mul(looked, looked)), reduceSum(mul(table, other)));
    const [dt] = gradients(loss, [table]) as [Value];
    // 2·t for each time that a row is looked up, and the factors.
    expect(await evaluate([dt], { t: [1, 2, 3, 4, 5, 6] })).toEqual([[3, 6, 3, 4, 25, 30]]);
    expect(ancestors([dt]).filter(({ op }) => op.name === 'ConstantOfShape')).toEqual([]);
  });

  it('refuses a target that the loss does not depend on, unless zeros are asked for', async () => {
    const loss = reduceSum(mul(x, x));
    expect(() => gradients(loss, [w])).toThrow('The loss does not depend on w.');
    const zeros = gradients(loss, [x, w], { unreachable: 'zeros' });
    expect(await evaluate(zeros, numbers)).toEqual([
      [2, 4, 6],
      [0, 0, 0],
    ]);
  });

  it('builds nothing for frozen parents', () => {
    const data = input('data', [2, 4]);
    const frozen = input('frozen', [4, 4]);
    const trained = input('trained', [4, 4]);
    const loss = reduceSum(matmul(matmul(data, frozen), trained));
    const found = ancestors(gradients(loss, [trained]));
    const products = found.filter(({ op }) => op === matmulOps.MatMul);
    // One forward product and one gradient; no gradient of the frozen weight or of the data.
    expect(products).toHaveLength(2);
  });

  it('carries gradients that come in at two outputs', async () => {
    const squares = mul(x, x);
    const cubes = mul(squares, x);
    const ones = constant(1, [3], 'float64');
    const both = pullback(
      [
        { value: squares, gradient: ones },
        { value: cubes, gradient: w },
      ],
      [x],
    );
    // 2x + 3x²w.
    expect(await evaluate(both, numbers)).toEqual([[14, 64, 168]]);
  });

  it('joins the gradients of an operator’s outputs, with zeros for those that nothing uses', async () => {
    const pieces = split(x, [1, 1, 1], 0);
    const loss = reduceSum(mul(pieces[0]!, mul(pieces[2]!, pieces[2]!)));
    expect(await evaluate(gradients(loss, [x]), numbers)).toEqual([[9, 0, 6]]);
  });

  it('ignores a branch that does not lead to the loss', async () => {
    const shared = mul(x, 2);
    exp(shared);
    const loss = reduceSum(mul(shared, w));
    const [dx] = gradients(loss, [x]);
    expect(ancestors([dx!]).some(({ op }) => op.name === 'Exp')).toBe(false);
    expect(await evaluate([dx!], numbers)).toEqual([[8, 10, 12]]);
  });

  it('takes a value and its own parent as targets at once', async () => {
    const squares = mul(x, x);
    const loss = reduceSum(mul(squares, w));
    expect(await evaluate(gradients(loss, [squares, x, loss]), numbers)).toEqual([
      [4, 5, 6],
      [8, 20, 36],
      [1],
    ]);
  });

  it('undoes broadcasting, also for a parent of fewer axes and for size 1', async () => {
    const table = input('table', [2, 3], 'float64');
    const column = input('column', [2, 1], 'float64');
    const loss = reduceSum(mul(add(table, x), column));
    const feeds = { ...numbers, table: [0, 0, 0, 0, 0, 0], column: [2, 5] };
    const [dx, dcolumn] = gradients(loss, [x, column]);
    expect(dx!.shape).toEqual([3]);
    expect(await evaluate([dx!, dcolumn!], feeds)).toEqual([
      [7, 7, 7],
      [6, 6],
    ]);
  });

  it('stops where it is told to', async () => {
    const loss = reduceSum(mul(x, stopGradient(mul(x, x))));
    expect(await evaluate(gradients(loss, [x]), numbers)).toEqual([[1, 4, 9]]);
    expect(() => gradients(reduceSum(stopGradient(x)), [x])).toThrow('does not depend on x');
  });

  it('differentiates gradients again', async () => {
    const loss = reduceSum(mul(mul(x, x), mul(x, w)));
    const [first] = gradients(loss, [x]);
    // d²/dx² of wx³ = 6wx.
    expect(await evaluate(gradients(reduceSum(first!), [x]), numbers)).toEqual([[24, 60, 108]]);
  });

  it('refuses what has no gradient, instead of leaving it out', () => {
    const ids = input('ids', [3], 'int32');
    expect(() => gradients(x, [x])).toThrow('A loss must be a scalar, not [3].');
    expect(() => gradients(reduceSum(x), [ids])).toThrow('ids is int32');
    const normed = rmsNorm(x, w, 1e-6);
    expect(() => gradients(reduceSum(part(normed, 1)), [x])).toThrow('through its statistics');
    const cos = input('cos', [1, 2, 1]);
    const turned = rope(input('q', [1, 1, 2, 2]), cos, cos);
    expect(() => gradients(reduceSum(turned), [cos])).toThrow(
      'Rope gives no gradient for its input 1.',
    );
  });
});
