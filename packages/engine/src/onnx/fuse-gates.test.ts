import { describe, expect, it } from 'vitest';
import { gradients } from '../autodiff.ts';
import { fromNumbers, type Tensor } from '../graph/tensor.ts';
import { input } from '../graph/value.ts';
import { silu } from '../ops/activation.ts';
import { remade } from '../ops/block.ts';
import { mul } from '../ops/elementwise.ts';
import { matmul } from '../ops/matmul.ts';
import { reduceSum } from '../ops/reduce.ts';
import { cpuDevice } from '../runtime/cpu.ts';
import { describeWithKernels } from '../runtime/own-kernels.fixture.ts';
import { operatorsWithKernels } from './lowered-with-kernels.fixture.ts';

const x = input('x', [6, 4]);
const [gate, up, down] = [input('gate', [5, 4]), input('up', [5, 4]), input('down', [4, 5])];
const [g, u] = [matmul(x, gate, { transB: true }), matmul(x, up, { transB: true })];

/** A gated MLP as models have it, and the gradients of all that it takes. */
function mlp() {
  const y = matmul(remade(mul(remade(silu(g)), u)), down, { transB: true });
  const wrt = [x, gate, up, down];
  const found = gradients(reduceSum(mul(y, input('weights', [6, 4]))), wrt);
  return { y, ...Object.fromEntries(found.map((value, at) => [`d${wrt[at]?.name}`, value])) };
}

const count = (names: readonly string[], name: string): number =>
  names.filter((each) => each === name).length;

describe('the gate of an MLP', () => {
  it('is one operator forward, again where it is made anew, and one back', () => {
    const names = operatorsWithKernels(mlp());
    expect(count(names, 'GatedSilu')).toBe(2);
    expect(count(names, 'GatedSiluGradient')).toBe(1);
    for (const gone of ['Silu', 'Sigmoid', 'Sub', 'Add']) expect(names).not.toContain(gone);
  });

  it('is not, where something else reads what is between, or shapes differ', () => {
    const s = silu(g);
    expect(operatorsWithKernels({ y: mul(s, u), s })).not.toContain('GatedSilu');
    expect(operatorsWithKernels({ y: mul(silu(g), input('one', [5])) })).not.toContain('GatedSilu');
    const wide = input('wide', [6, 5], 'float64');
    expect(operatorsWithKernels({ y: mul(silu(wide), wide) })).not.toContain('GatedSilu');
    const [dg] = gradients(reduceSum(mul(silu(g), u)), [g]);
    expect(operatorsWithKernels({ dg: dg! })).not.toContain('GatedSiluGradient');
  });
});

await describeWithKernels((device) => {
  it('gates as without them, at any size of what comes in', async () => {
    const numbers = (shape: readonly number[], size: number, from: number): Tensor => ({
      shape,
      dtype: 'float32',
      data: fromNumbers(
        'float32',
        Array.from(
          { length: shape.reduce((a, b) => a * b, 1) },
          (_, at) => size * Math.sin(from + 1.7 * at),
        ),
      ),
    });
    const outputs = mlp();
    const [own, usual] = [device, cpuDevice({ threads: 1 })].map((each) =>
      each.compile({ outputs }),
    );
    for (const size of [0.1, 3, 60]) {
      const feeds = {
        x: numbers([6, 4], size, 1),
        gate: numbers([5, 4], 1, 2),
        up: numbers([5, 4], 1, 3),
        down: numbers([4, 5], 1, 4),
        weights: numbers([6, 4], 1, 5),
      };
      const [found, wanted] = [await (await own!).run(feeds), await (await usual!).run(feeds)];
      for (const [name, { data }] of Object.entries(wanted)) {
        const largest = Math.max(...Array.from(data as Float32Array, Math.abs));
        for (const [at, number] of (data as Float32Array).entries()) {
          const distance = Math.abs(Number(found[name]?.data[at]) - number);
          expect(distance, `${name} ${at}`).toBeLessThan(1e-5 * largest);
        }
      }
    }
    await (await own!).dispose();
    await (await usual!).dispose();
  });
});
