import { cpuDevice } from '@lathe/engine/cpu';
import type { Device } from '@lathe/engine/device';
import { pullback } from '@lathe/engine/internal/autodiff';
import { fixedShape } from '@lathe/engine/internal/graph/shape';
import {
  type DType,
  fromNumbers,
  isFloating,
  type Tensor,
} from '@lathe/engine/internal/graph/tensor';
import {
  type Attributes,
  input,
  isLeaf,
  node,
  type Op,
  part,
  type Value,
} from '@lathe/engine/internal/graph/value';
import { verify } from '@lathe/engine/internal/graph/verify.fixture';
import { describe, expect, it } from 'vitest';
import type { Dense } from './dense.ts';
import { distance, tolerances } from './tolerances.ts';

/** One way to call an operator. Inputs are floating unless `fixed` gives their type and numbers. */
type Sample = {
  readonly shapes: readonly (readonly number[])[];
  readonly attributes?: Attributes;
  /** Range that floating inputs are drawn from; default −2 to 2. */
  readonly domain?: readonly [number, number];
  readonly fixed?: Readonly<Record<number, FixedInput>>;
  /** Floating inputs whose gradient the operator does not give. */
  readonly untrained?: readonly number[];
  /** How many of the outputs gradients come in at; default 1. */
  readonly outputs?: number;
};

type FixedInput = { readonly dtype: DType; readonly values: readonly number[] };

/** A call that must be refused with a message that holds the text. */
type Refusal = {
  readonly shapes: readonly (readonly number[])[];
  readonly dtypes?: readonly DType[];
  readonly attributes?: Attributes;
  readonly message: string;
};

export type OpSamples = {
  /** What the operator means, in plain float64 JavaScript; one array an output that is checked. */
  readonly reference: (
    inputs: readonly Dense[],
    attributes: Attributes,
  ) => Dense | readonly Dense[];
  readonly samples: readonly [Sample, ...Sample[]];
  readonly refuses?: readonly Refusal[];
  /** The device has no float64 kernel for the value, or for the gradient either: checked in float32 only. */
  readonly noFloat64?: 'value' | 'gradient';
};

/**
 * Checks every operator of a family, on every device: inferred shape is produced shape; value is the reference; each
 * element of each gradient is the central difference of the reference, in float64; float32 agrees with float64; `none`
 * has a zero derivative; bad calls are refused. Leaving out an operator's samples does not compile.
 * @example
 * checkFamily({ Tanh: activationOps.Tanh }, {
 *   Tanh: { reference: elementwise(Math.tanh), samples: [{ shapes: [[2, 5]] }] },
 * });
 */
export function checkFamily<T extends Readonly<Record<string, Op>>>(
  ops: T,
  samples: { readonly [K in keyof T]: OpSamples },
  devices: readonly Device[] = [cpuDevice({ threads: 1 })],
): void {
  for (const name of Object.keys(ops)) {
    const op = ops[name]!;
    const given = samples[name]!;
    describe(name, () => {
      given.samples.forEach((sample, index) => {
        const text = `sample ${index}: ${sample.shapes.map((shape) => `[${shape}]`).join(' ')}`;
        for (const device of devices) {
          it(`${text} on ${device.name}`, () => checkSample({ op, given, sample, device }));
        }
      });
      for (const refusal of given.refuses ?? []) {
        it(`refuses: ${refusal.message}`, () => {
          const inputs = refusal.shapes.map((shape, index) =>
            input(`x${index}`, shape, refusal.dtypes?.[index] ?? 'float32'),
          );
          expect(() => node(op, inputs, refusal.attributes)).toThrow(refusal.message);
        });
      }
    });
  }
}

type Case = {
  readonly op: Op;
  readonly given: OpSamples;
  readonly sample: Sample;
  readonly device: Device;
};

/** One check of one operator in one call, as `checkFamily` makes it. */
async function checkSample(test: Case): Promise<void> {
  const { op, given, sample, device } = test;
  const inputs = sample.shapes.map((shape, index) => draw(sample, shape, index));
  const values = (from: readonly Dense[]): readonly Dense[] => {
    const outputs = given.reference(from, sample.attributes ?? {});
    return Array.isArray(outputs) ? outputs : [outputs as Dense];
  };
  const expected = values(inputs);
  const weights = expected.map(({ shape, data }, index) => ({
    shape,
    data: numbers(data.length, [-1, 1], 1000 + index),
  }));
  const slopes = differences(
    inputs,
    (moved) => weighted(values(moved), weights, sample),
    Object.keys(sample.fixed ?? {}).map(Number),
  );

  for (const dtype of ['float64', 'float32'] as const) {
    const lacking = dtype === 'float64' ? given.noFloat64 : undefined;
    const graph = buildGraph(test, expected.length, dtype);
    const wanted = Object.fromEntries(
      Object.entries(graph).filter(
        ([name]) => lacking === undefined || (lacking === 'value' && !name.startsWith('y')),
      ),
    );
    if (Object.keys(wanted).length === 0) continue;
    verify(wanted);
    const answers = await run(device, wanted, { inputs, weights, sample });
    const tolerance = dtype === 'float64' ? tolerances.difference : tolerances.float32 * 4;
    for (const [name, answer] of Object.entries(answers)) {
      const index = Number(name.slice(1));
      expect(answer.shape, `produced shape of ${name}`).toEqual(fixedShape(graph[name]!.shape));
      const isValue = name.startsWith('y');
      const target = isValue ? expected[index]!.data : slopes[index]!;
      const limit = isValue ? tolerances[dtype] : tolerance;
      const error = distance(Float64Array.from(answer.data, Number), target);
      expect(error, `${dtype} ${isValue ? 'value' : 'gradient'} ${index}`).toBeLessThan(limit);
    }
  }
  if (typeof op.gradient !== 'function' && op.gradient.deliberate === undefined) {
    for (const slope of slopes) expect(distance(slope, new Float64Array(slope.length))).toBe(0);
  }
}

/** The operator's outputs as y0, y1 … and the gradients of its floating inputs as g0, g1 … */
function buildGraph(
  { op, sample }: Case,
  checked: number,
  dtype: 'float32' | 'float64',
): Record<string, Value> {
  const { fixed = {}, untrained = [], outputs: incoming = 1 } = sample;
  const inputs = sample.shapes.map((shape, index) =>
    input(`x${index}`, shape, fixed[index]?.dtype ?? dtype),
  );
  const whole = node(op, inputs, sample.attributes);
  const graph: Record<string, Value> = {};
  for (let index = 0; index < checked; index++) graph[`y${index}`] = part(whole, index);
  const trained = inputs.filter(
    ({ dtype: type }, index) => isFloating(type) && !untrained.includes(index),
  );
  if (typeof op.gradient !== 'function' || trained.length === 0) return graph;
  const cotangents = Array.from({ length: incoming }, (_, index) => {
    const value = part(whole, index);
    return { value, gradient: input(`dy${index}`, value.shape, value.dtype) };
  });
  pullback(cotangents, trained).forEach((gradient, index) => {
    graph[`g${inputs.indexOf(trained[index]!)}`] = gradient;
  });
  return graph;
}

async function run(
  device: Device,
  graph: Readonly<Record<string, Value>>,
  {
    inputs,
    weights,
    sample,
  }: { inputs: readonly Dense[]; weights: readonly Dense[]; sample: Sample },
): Promise<Record<string, Tensor>> {
  const program = await device.compile({ outputs: graph });
  const leaves = inputLeaves(graph);
  try {
    const feeds = Object.fromEntries(
      program.inputs.map((name) => {
        const index = Number(name.replace(/^\D+/, ''));
        const source = name.startsWith('dy') ? weights[index]! : inputs[index]!;
        const dtype = leaves.get(name)!.dtype;
        const values = sample.fixed?.[index];
        const list = !name.startsWith('dy') && values ? values.values : source.data;
        return [name, { shape: source.shape, dtype, data: fromNumbers(dtype, list) }];
      }),
    );
    return await program.run(feeds);
  } finally {
    await program.dispose();
  }
}

function inputLeaves(graph: Readonly<Record<string, Value>>): Map<string, Value> {
  const found = new Map<string, Value>();
  const seen = new Set<Value>();
  const stack = Object.values(graph);
  for (let value = stack.pop(); value !== undefined; value = stack.pop()) {
    if (seen.has(value)) continue;
    seen.add(value);
    if (isLeaf(value) && value.name !== undefined) found.set(value.name, value);
    stack.push(...value.inputs);
  }
  return found;
}

/** Σ weights · outputs over the outputs that gradients come in at. */
function weighted(outputs: readonly Dense[], weights: readonly Dense[], sample: Sample): number {
  let sum = 0;
  for (let index = 0; index < (sample.outputs ?? 1); index++) {
    outputs[index]!.data.forEach((number, at) => {
      sum += number * weights[index]!.data[at]!;
    });
  }
  return sum;
}

/**
 * Central differences of a function of arrays, element by element, one array an input; inputs that are `held`
 * (indices, masks) get zeros. Four points, so that the error is of fourth order in the step.
 */
function differences(
  inputs: readonly Dense[],
  loss: (inputs: readonly Dense[]) => number,
  held: readonly number[] = [],
): Float64Array[] {
  const step = 1e-4;
  return inputs.map(({ shape, data }, index) => {
    const slopes = new Float64Array(data.length);
    if (held.includes(index)) return slopes;
    for (let element = 0; element < data.length; element++) {
      const moved = (steps: number): number => {
        const copy = Float64Array.from(data);
        copy[element]! += steps * step;
        return loss(inputs.map((other, at) => (at === index ? { shape, data: copy } : other)));
      };
      slopes[element] = (8 * (moved(1) - moved(-1)) - (moved(2) - moved(-2))) / (12 * step);
    }
    return slopes;
  });
}

function draw(sample: Sample, shape: readonly number[], index: number): Dense {
  const values = sample.fixed?.[index]?.values;
  const count = shape.reduce((product, size) => product * size, 1);
  if (values) return { shape, data: Float64Array.from(values) };
  const drawn = numbers(count, sample.domain ?? [-2, 2], index);
  // What float32 can hold, so that float32 and float64 start from the same numbers.
  return { shape, data: Float64Array.from(drawn, Math.fround) };
}

/** Numbers in a range from a small generator (mulberry32): the same in every run. */
function numbers(
  count: number,
  [low, high]: readonly [number, number],
  seed: number,
): Float64Array {
  let state = Math.imul(seed + 1, 0x9e3779b1);
  return Float64Array.from({ length: count }, () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return low + (high - low) * (((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32);
  });
}
