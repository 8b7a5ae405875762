import { describe, expect, it } from 'vitest';
import { gradients } from '../autodiff.ts';
import { fromNumbers, type Tensor } from '../graph/tensor.ts';
import { input, node, part, type Value } from '../graph/value.ts';
import { remade } from '../ops/block.ts';
import { add, mul } from '../ops/elementwise.ts';
import { kernelLayerNorm, kernelRmsNorm } from '../ops/kernel-norm.ts';
import { reshape } from '../ops/layout.ts';
import { matmul } from '../ops/matmul.ts';
import { layerNorm, rmsNorm } from '../ops/norm.ts';
import { reduceSum } from '../ops/reduce.ts';
import { cpuDevice } from '../runtime/cpu.ts';
import { describeWithKernels } from '../runtime/own-kernels.fixture.ts';
import { loweredWithKernels } from './lowered-with-kernels.fixture.ts';

const [rows, width] = [40, 37];
const x = input('x', [rows, width]);
const [first, second] = [input('first', [width]), input('second', [width])];
const bias = input('bias', [width]);
const inner = input('inner', [width, width]);
const epsilon = 1e-5;

/** Sums of what is computed and its gradients, which weights make all different. */
function withGradients(y: Value, wrt: readonly Value[]): Record<string, Value> {
  const found = gradients(reduceSum(mul(y, input('weights', [rows, width]))), wrt);
  return { y, ...Object.fromEntries(wrt.map(({ name }, at) => [`d${name}`, found[at] as Value])) };
}

/** Two blocks that norm what comes in and add to it, as Llama has them. */
function blocksOfLlama(wrt: readonly Value[] = [x, first, second, inner]) {
  const block = (h: Value, weight: Value): Value =>
    add(h, matmul(remade(rmsNorm(h, weight, epsilon)), inner, { transB: true }));
  return withGradients(block(block(x, first), second), wrt);
}

/** Two blocks that norm the sum, as BERT has them. */
function blocksOfBert(wrt: readonly Value[] = [x, first, second, bias, inner]) {
  const block = (h: Value, weight: Value): Value =>
    remade(layerNorm(add(h, matmul(h, inner, { transB: true })), { weight, bias, epsilon }));
  return withGradients(block(block(x, first), second), wrt);
}

/** The nodes that are computed with kernels, in their order. */
const lowered = (outputs: Readonly<Record<string, Value>>): readonly Value[] =>
  loweredWithKernels(outputs).nodes;

const namesOf = (nodes: readonly Value[]): string[] => nodes.map(({ op }) => op.name);
const counted = (nodes: readonly Value[], name: string): number =>
  nodes.filter(({ op }) => op.name === name).length;

describe('a norm', () => {
  it('is one operator forward, again where it is made anew, and one back with the sum that follows', () => {
    const nodes = lowered(blocksOfLlama());
    expect(counted(nodes, 'KernelRmsNorm')).toBe(4);
    const back = nodes.filter(({ op }) => op.name === 'RmsNormGradient');
    expect(back.map(({ inputs, types }) => [inputs.length, types.length])).toEqual([
      [4, 2],
      [4, 2],
    ]);
    for (const gone of ['RmsNorm', 'ReduceMean', 'Sub']) expect(namesOf(nodes)).not.toContain(gone);
  });

  it('goes where it was there for its statistics alone', () => {
    const nodes = lowered(blocksOfLlama([x]));
    expect(counted(nodes, 'KernelRmsNorm')).toBe(2);
    const back = nodes.filter(({ op }) => op.name === 'RmsNormGradient');
    expect(back.map(({ inputs, types }) => [inputs.length, types.length])).toEqual([
      [4, 1],
      [4, 1],
    ]);
  });

  it('that takes the mean off is so too, with the gradients of its bias', () => {
    const all = lowered(blocksOfBert());
    expect(counted(all, 'KernelLayerNorm')).toBe(3);
    const sums = (nodes: readonly Value[]) =>
      nodes.filter(({ op }) => op.name === 'LayerNormGradient').map(({ types }) => types.length);
    expect(sums(all)).toEqual([3, 3]);
    expect(sums(lowered(blocksOfBert([x, first, second])))).toEqual([2, 2]);
    expect(sums(lowered(blocksOfBert([x])))).toEqual([1, 1]);
    // The sums of the bias alone are ONNX Runtime's.
    expect(sums(lowered(blocksOfBert([x, bias])))).toEqual([1, 1]);
    for (const gone of ['LayerNorm', 'ReduceMean', 'Sub']) expect(namesOf(all)).not.toContain(gone);
  });

  it('is left to ONNX Runtime where its statistics are read, or numbers are not float32', () => {
    const norm = rmsNorm(x, first, epsilon);
    expect(namesOf(lowered({ norm, r: part(norm, 1) }))).toContain('RmsNorm');
    const wide = input('wide', [rows, 4], 'float64');
    const weight = input('weight', [4], 'float64');
    expect(namesOf(lowered({ y: rmsNorm(wide, weight, epsilon) }))).not.toContain('KernelRmsNorm');
  });

  it('keeps the gradients of which something else reads a part', () => {
    const [back] = gradients(reduceSum(rmsNorm(x, first, epsilon)), [x]);
    const difference = back?.inputs.find(({ op }) => op.name === 'Sub') as Value;
    const names = namesOf(lowered({ back: back as Value, difference }));
    expect(names).toContain('ReduceMean');
    expect(names).not.toContain('RmsNormGradient');
    expect(names).toContain('RmsNorm');
  });

  it('of heads, which has more axes, is no other', () => {
    const heads = mul(rmsNorm(reshape(x, [4, 10, width]), first, epsilon), input('w', [4, 1, 1]));
    const [dx, dw] = gradients(reduceSum(heads), [x, first]);
    const nodes = lowered({ dx: dx as Value, dw: dw as Value });
    const back = nodes.filter(({ op }) => op.name === 'RmsNormGradient');
    expect(back.map(({ types }) => types.map(({ shape }) => shape))).toEqual([
      [[4, 10, width], [width]],
    ]);
  });
});

function numbers(shape: readonly number[], size: number, from: number): Tensor {
  const count = shape.reduce((product, one) => product * one, 1);
  const made = Array.from({ length: count }, (_, at) => size * Math.sin(from + 1.7 * at * at));
  return { shape, dtype: 'float32', data: fromNumbers('float32', made) };
}

await describeWithKernels((device) => {
  it.each([
    ['Llama', blocksOfLlama()],
    ['BERT', blocksOfBert()],
    ['a model whose norms are frozen', blocksOfBert([x, inner])],
  ] as const)('norms as without them, in the blocks of %s', async (_, outputs) => {
    const usual = await cpuDevice({ threads: 1, kernels: 'off' }).compile({ outputs });
    const own = await device.compile({ outputs });
    for (const size of [0.01, 1, 30]) {
      const all: Record<string, Tensor> = {
        x: numbers([rows, width], size, 1),
        first: numbers([width], 1, 2),
        second: numbers([width], 1, 3),
        bias: numbers([width], 1, 4),
        inner: numbers([width, width], 0.3, 5),
        weights: numbers([rows, width], 1, 6),
      };
      const feeds = Object.fromEntries(own.inputs.map((name) => [name, all[name] as Tensor]));
      const [found, wanted] = [await own.run(feeds), await usual.run(feeds)];
      expect(await own.run(feeds)).toEqual(found);
      for (const [name, { data }] of Object.entries(wanted)) {
        const largest = Math.max(...Array.from(data as Float32Array, Math.abs));
        for (const [at, number] of (data as Float32Array).entries()) {
          const distance = Math.abs(Number(found[name]?.data[at]) - number);
          expect(distance, `${name} ${at}`).toBeLessThan(1e-5 * largest);
        }
      }
    }
    await own.dispose();
    await usual.dispose();
  });

  it('refuses shapes that do not fit in a sentence, and takes none of a size', async () => {
    const ones = (shape: readonly number[]): Tensor => ({ ...numbers(shape, 1, 1), shape });
    const [given, dy, added] = ['x', 'dy', 'added'].map((name) => input(name, ['rows', 'width']));
    const [w, c] = [input('w', ['width']), input('c', ['width'])];
    const attributes = { epsilon, threads: 2 };
    const forward = await device.compile({
      outputs: { y: node(kernelLayerNorm.forward, [given!, w, c], attributes) },
    });
    const fits = { x: ones([3, 5]), w: ones([5]), c: ones([5]) };
    expect((await forward.run(fits)).y?.shape).toEqual([3, 5]);
    for (const empty of [0, 3])
      expect(
        (await forward.run({ x: ones([empty, 0]), w: ones([0]), c: ones([0]) })).y?.data,
      ).toHaveLength(0);
    for (const name of ['w', 'c'])
      await expect(forward.run({ ...fits, [name]: ones([4]) })).rejects.toThrow(
        'LayerNorm: a weight or bias of the shape [4] does not fit X of the shape [3, 5].',
      );
    await forward.dispose();

    const whole = node(kernelRmsNorm.gradients, [dy!, given!, w, added!], {
      ...attributes,
      sums: 1,
    });
    const back = await device.compile({ outputs: { dx: whole, dw: part(whole, 1) } });
    const all = { dy: ones([3, 5]), x: ones([3, 5]), w: ones([5]), added: ones([3, 5]) };
    expect((await back.run(all)).dw?.shape).toEqual([5]);
    const none = { dy: ones([0, 5]), x: ones([0, 5]), added: ones([0, 5]) };
    expect((await back.run({ ...all, ...none })).dw?.data).toEqual(new Float32Array(5));
    for (const name of ['dy', 'added'])
      for (const shape of [
        [5, 3],
        [4, 5],
      ])
        await expect(back.run({ ...all, [name]: ones(shape) })).rejects.toThrow(
          `RmsNormGradient: the shapes [${shape.join(', ')}] and [3, 5] differ.`,
        );
    await expect(back.run({ ...all, w: ones([6]) })).rejects.toThrow(
      'RmsNormGradient: a weight or bias of the shape [6] does not fit X of the shape [3, 5].',
    );
    await back.dispose();
  });
});
