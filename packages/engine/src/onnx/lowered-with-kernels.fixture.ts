import { expect } from 'vitest';
import { printGraph } from '../graph/print.fixture.ts';
import { placeOf, type Value } from '../graph/value.ts';
import { lowerGraph } from './lower.ts';
import type { LoweredGraph } from './lowered-graph.ts';

/** What is computed with our own kernels; each node stands after all that it reads. */
export function loweredWithKernels(
  outputs: Readonly<Record<string, Value>>,
  leavesStored = false,
): LoweredGraph {
  const lowered = lowerGraph(outputs, { device: 'cpu', products: { threads: 2, leavesStored } });
  const before = new Set<Value>();
  for (const value of lowered.nodes) {
    for (const source of value.inputs) expect(before.has(placeOf(source).whole)).toBe(true);
    before.add(value);
  }
  expect(printGraph(lowered.outputs, lowered.nodes)).not.toContain('?');
  return lowered;
}

/** The operators that are computed with kernels, in their order. */
export function operatorsWithKernels(outputs: Readonly<Record<string, Value>>): string[] {
  return loweredWithKernels(outputs).nodes.map(({ op }) => op.name);
}
