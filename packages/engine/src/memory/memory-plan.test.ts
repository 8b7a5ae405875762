import { describe, expect, it } from 'vitest';
import { gradients } from '../autodiff.ts';
import { constant, external, input, type Value } from '../graph/value.ts';
import { lowerGraph } from '../onnx/lower.ts';
import { exp, mul, neg } from '../ops/elementwise.ts';
import { reshape } from '../ops/layout.ts';
import { matmul } from '../ops/matmul.ts';
import { reduceSum } from '../ops/reduce.ts';
import { createArena } from './memory-arena.ts';
import { executionOrder } from './memory-order.ts';
import { graphMemory } from './memory-plan.ts';

const mebibyte = 2 ** 20;
/** A float32 matrix of one mebibyte. */
const shape = [512, 512];

describe('the memory of a graph', () => {
  it('counts inputs, constants, outputs and what is alive between them', () => {
    const x = input('x', shape);
    let y: Value = mul(x, constant(2, shape));
    for (let at = 0; at < 8; at++) y = exp(y);
    const found = graphMemory({ outputs: { y } });
    expect(found).toMatchObject({ nodes: 9, mapped: 0 });
    expect(found.inputs).toBe(mebibyte);
    expect(found.constants).toBe(mebibyte);
    expect(found.outputs).toBe(mebibyte);
    // Two buffers take turns.
    expect(found.live).toBe(2 * mebibyte);
    expect(found.arena).toBe(2 * mebibyte);
  });

  it('gives large buffers back one by one where there is no arena, and keeps what is small', () => {
    const large = [4096, 4096];
    const sum = reduceSum(exp(exp(exp(input('x', large)))));
    const y = reduceSum(neg(neg(neg(input('z', shape)))));
    const { arena, heap } = graphMemory({ outputs: { sum, y } });
    expect(arena).toBeGreaterThanOrEqual(128 * mebibyte);
    expect(heap.running).toBeGreaterThanOrEqual(128 * mebibyte);
    expect(heap.after).toBeLessThan(4 * mebibyte);
  });

  it('gives a reshaped value the buffer of what it was', () => {
    const y = neg(reshape(exp(input('x', shape)), [256, 1024]));
    expect(graphMemory({ outputs: { y } }).live).toBe(2 * mebibyte);
  });

  it('keeps what the backward pass reads until it has been read', () => {
    const x = input('x', shape);
    const depth = 6;
    let y: Value = x;
    for (let at = 0; at < depth; at++) y = exp(y);
    const [dx] = gradients(reduceSum(y), [x]) as [Value];
    const { live } = graphMemory({ outputs: { dx } });
    expect(live).toBeGreaterThanOrEqual(depth * mebibyte);
    expect(live).toBeLessThanOrEqual((depth + 3) * mebibyte);
  });
});

describe('the memory of a product whose widths are padded', () => {
  const x = input('x', [512, 1024]);
  const source = { file: '/weights', offset: 0, byteLength: 4 * mebibyte } as const;
  const frozen = external('frozen', { ...source, dtype: 'float32', shape: [1024, 1024] });
  const live = (weight: Value, packs: boolean): number => {
    const graph = { outputs: { y: matmul(x, weight, { transB: true }) } };
    const before = graphMemory(graph, { packs }).live;
    return graphMemory(graph, { packs, products: 'padded' }).live - before;
  };
  const longerRows = (rows: number): number => 4 * rows * (1024 + 16);

  it('has both sides once more while it runs', () => {
    const both = longerRows(512) + longerRows(1024);
    expect(live(input('w', [1024, 1024]), false)).toBe(both);
    expect(live(frozen, false)).toBe(both);
  });

  it('has the left side alone where the weight is packed', () => {
    expect(live(frozen, true)).toBe(longerRows(512));
  });
});

describe('the order of a graph', () => {
  it('takes the last written result first, and the last written input of each node', () => {
    const x = input('x', shape);
    const [a, b] = [exp(x), neg(x)];
    const outputs = { first: matmul(b, a), second: exp(a) };
    const order = executionOrder(lowerGraph(outputs, { device: 'cpu' })).map(({ op }) => op.name);
    expect(order).toEqual(['Exp', 'Exp', 'Neg', 'MatMul']);
  });
});

describe('the arena', () => {
  it('uses again what was let go, joined with its neighbours', () => {
    const arena = createArena();
    const chunks = [1, 1, 1].map((size) => arena.take(size * mebibyte));
    const touched = arena.touchedBytes();
    expect(touched).toBe(3 * mebibyte);
    for (const chunk of chunks) arena.release(chunk);
    arena.take(2 * mebibyte);
    expect(arena.touchedBytes()).toBe(touched);
  });

  it('grows where nothing that is free is large enough', () => {
    const arena = createArena();
    const [low, , high] = [1, 1, 1].map(() => arena.take(mebibyte));
    if (low !== undefined) arena.release(low);
    if (high !== undefined) arena.release(high);
    arena.take(8 * mebibyte);
    expect(arena.touchedBytes()).toBe(11 * mebibyte);
  });

  it('counts only pages that were handed out', () => {
    const arena = createArena();
    arena.take(100);
    expect(arena.touchedBytes()).toBe(4096);
  });
});
