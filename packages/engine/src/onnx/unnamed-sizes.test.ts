import { expect, it } from 'vitest';
import { fromNumbers, type Tensor } from '../graph/tensor.ts';
import { input, type Value } from '../graph/value.ts';
import { silu } from '../ops/activation.ts';
import { add, mul } from '../ops/elementwise.ts';
import { reshape } from '../ops/layout.ts';
import { rmsNorm } from '../ops/norm.ts';
import { reduceSum } from '../ops/reduce.ts';
import { softmax } from '../ops/softmax.ts';
import { describeWithKernels } from '../runtime/own-kernels.fixture.ts';

const width = 4;
const weight = input('weight', [width]);

/** Rows of an input whose first two sizes become one, which ONNX Runtime then has no name for. */
function rowsOf(name: string, [one, other]: readonly [string, string]): Value {
  return reshape(input(name, [one, other, width]), [-1, width]);
}

const ones = (shape: readonly number[]): Tensor => ({
  shape,
  dtype: 'float32',
  data: fromNumbers(
    'float32',
    new Array<number>(shape.reduce((product, size) => product * size, 1)).fill(1),
  ),
});

await describeWithKernels(
  (device) => {
    it.each<[string, (x: Value, also: Value) => Value]>([
      ['a gate', (x, also) => mul(silu(x), also)],
      ['a softmax', (x, also) => softmax(add(x, also))],
      ['a norm', (x, also) => rmsNorm(add(x, also), weight, 1e-5)],
    ])(
      '%s of rows whose number has no name takes no memory of one of other rows',
      async (_, of) => {
        const sum = (value: Value): Value => reduceSum(mul(value, 2));
        const first = sum(of(rowsOf('x', ['a', 'b']), rowsOf('u', ['a', 'b'])));
        const y = rowsOf('y', ['c', 'd']);
        const second = sum(of(mul(y, first), rowsOf('v', ['c', 'd'])));
        const program = await device.compile({ outputs: { second } });
        const all: Record<string, Tensor> = {
          ...{ x: ones([2, 3, width]), u: ones([2, 3, width]) },
          ...{ y: ones([3, 5, width]), v: ones([3, 5, width]), weight: ones([width]) },
        };
        const feeds = Object.fromEntries(program.inputs.map((name) => [name, all[name] as Tensor]));
        expect((await program.run(feeds)).second?.data[0]).toBeGreaterThan(0);
        await program.dispose();
      },
    );
  },
  ['auto'],
);
