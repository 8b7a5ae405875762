import { randomInt } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Tensor } from '../graph/tensor.ts';
import { input } from '../graph/value.ts';
import { add, mul } from '../ops/elementwise.ts';
import { matmul } from '../ops/matmul.ts';
import { checkDevice } from '../parity/conformance.fixture.ts';
import { cpuDevice } from './cpu.ts';
import { cpuBindings, cpuSessions, cudaBinding } from './cpu-binding.ts';
import { describeWithKernels } from './own-kernels.fixture.ts';

describe.each(cpuBindings)('the CPU by the binding "%s"', (binding) => {
  it('is called that way', async () => {
    expect(await cpuSessions({ binding })).toMatchObject({ binding });
  });

  checkDevice(cpuDevice({ binding }));

  it('gives the same bits on one thread and on two', async () => {
    const x = input('x', [300, 300]);
    const shape = [300, 300];
    const data = Float32Array.from({ length: 90_000 }, (_, index) => Math.sin(index));
    const answers = [];
    for (const threads of [1, 2]) {
      const device = cpuDevice({ threads, binding });
      const program = await device.compile({ outputs: { y: mul(x, x) } });
      answers.push(await program.run({ x: { data, shape, dtype: 'float32' } }));
      await program.dispose();
    }
    expect(answers[1]).toEqual(answers[0]);
  });
});

await describeWithKernels((device) => {
  it('are those of kernels', async () => {
    expect(await device.products?.()).toBe('lathe');
  });

  checkDevice(device);

  it('multiply what fits, and refuse what does not in a sentence', async () => {
    const [a, b] = [input('a', ['m', 'k']), input('b', ['k', 'n'])];
    const c = input('c', ['m', 'n']);
    const program = await device.compile({ outputs: { y: add(matmul(a, b), c) } });
    const size = (): number => randomInt(0, 4);
    const ones = (shape: readonly number[]): Tensor => {
      const data = new Float32Array(shape.reduce((product, one) => product * one, 1)).fill(1);
      return { data, shape, dtype: 'float32' };
    };
    for (let draw = 0; draw < 30; draw++) {
      const [m, k, n] = [size(), size(), size()] as const;
      const shapes = draw % 2 === 0 ? [m, k, k, n, m, n] : Array.from({ length: 6 }, size);
      const [of, by, plus] = [shapes.slice(0, 2), shapes.slice(2, 4), shapes.slice(4)] as const;
      const [rows = 0, depth = 0] = of;
      const [inner = 0, columns = 0] = by;
      const run = program.run({ a: ones(of), b: ones(by), c: ones(plus) });
      const fits = depth === inner && plus[0] === rows && plus[1] === columns;
      const sums = new Float32Array(rows * columns).fill(1 + depth);
      const reason =
        depth === inner
          ? `Product: C has the shape [${plus.join(', ')}]; the product that it is added to has [${rows}, ${columns}].`
          : `Product: A of the shape [${of.join(', ')}] and B of the shape [${by.join(', ')}] do not fit: ${depth} is not ${inner}.`;
      if (fits) expect((await run).y?.data).toEqual(sums);
      else await expect(run, shapes.join()).rejects.toThrow(reason);
    }
    await program.dispose();
  });
});

it('is called by its C API for the sake of kernels, unless another way is named', async () => {
  expect(await cpuSessions({ binding: 'auto', kernels: 'auto' })).toMatchObject({
    binding: 'c-api',
  });
  expect(await cpuSessions({ binding: 'auto', kernels: 'off' })).toMatchObject({ binding: 'node' });
  expect(await cpuSessions({ binding: 'node', kernels: 'auto' })).toMatchObject({
    binding: 'node',
  });
});

it('is called by its C API for CUDA, unless the package for Node is named', () => {
  const choices = [undefined, 'auto', 'c-api', 'node'] as const;
  expect(choices.map(cudaBinding)).toEqual(['c-api', 'c-api', 'c-api', 'node']);
});

describe('kernels that are not there', () => {
  it('are told of, and ONNX Runtime multiplies', async () => {
    const foreign = process.arch === 'arm64' ? 'avx2' : 'neon';
    const found = await cpuSessions({ binding: 'c-api', kernels: foreign });
    expect(found.kernels).toBeUndefined();
    expect(found.kernelProblem).toBeDefined();
    const { kernelProblem } = await cpuSessions({ binding: 'node', kernels: 'auto' });
    expect(kernelProblem).toBe("they are loaded by ONNX Runtime's C API only");
    const device = cpuDevice({ binding: 'c-api', kernels: foreign });
    expect(await device.products?.()).toBe('onnxruntime');
  });
});

describe.each(cpuBindings)('products of padded widths by the binding "%s"', (binding) => {
  it('are what they would be', async () => {
    const [rows, width, columns] = [512, 1024, 768] as const;
    const x = Float32Array.from({ length: rows * width }, (_, at) => Math.sin(0.7 * at));
    const w = Float32Array.from({ length: columns * width }, (_, at) => Math.sin(1.3 * at));
    const [left, right] = [input('x', [rows, width]), input('w', [columns, width])];
    const device = cpuDevice({ threads: 2, binding, padding: 'on' });
    expect(await device.products?.()).toBe('padded');
    const program = await device.compile({ outputs: { y: matmul(left, right, { transB: true }) } });
    const { y } = await program.run({
      x: { data: x, shape: [rows, width], dtype: 'float32' },
      w: { data: w, shape: [columns, width], dtype: 'float32' },
    });
    await program.dispose();
    expect(y?.shape).toEqual([rows, columns]);
    for (const row of [0, 1, 300, rows - 1])
      for (let column = 0; column < columns; column++) {
        let sum = 0;
        for (let at = 0; at < width; at++) sum += x[row * width + at]! * w[column * width + at]!;
        expect(Math.abs(Number(y?.data[row * columns + column]) - sum)).toBeLessThan(1e-4);
      }
  });
});
