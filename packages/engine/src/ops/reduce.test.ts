import { at, build, type Dense } from '@lathe/testkit/dense';
import { checkFamily } from '@lathe/testkit/gradient-check';
import type { Attributes } from '../graph/value.ts';
import { type ReduceAttributes, reduceOps } from './reduce.ts';

/** The reference of a reduction, from what it makes of a list of numbers. */
function over(formula: (list: number[]) => number) {
  return ([x]: readonly Dense[], attributes: Attributes): Dense => {
    const { axes, keepDims } = attributes as unknown as ReduceAttributes;
    const kept = build(
      x!.shape.map((size, axis) => (axes.includes(axis) ? 1 : size)),
      (index) => {
        const list: number[] = [];
        const walk = (axis: number, place: readonly number[]): void => {
          if (axis === x!.shape.length) list.push(at(x!, place));
          else if (!axes.includes(axis)) walk(axis + 1, [...place, index[axis]!]);
          else for (let k = 0; k < x!.shape[axis]!; k++) walk(axis + 1, [...place, k]);
        };
        walk(0, []);
        return formula(list);
      },
    );
    const shape = keepDims ? kept.shape : kept.shape.filter((_, axis) => !axes.includes(axis));
    return { shape, data: kept.data };
  };
}

const sum = (list: readonly number[]): number => list.reduce((total, x) => total + x, 0);
const samples = [
  { shapes: [[2, 3, 4]], attributes: { axes: [1], keepDims: false } },
  { shapes: [[2, 3, 4]], attributes: { axes: [0, 2], keepDims: true } },
  { shapes: [[2, 3]], attributes: { axes: [0, 1], keepDims: false } },
  { shapes: [[3]], attributes: { axes: [], keepDims: false } },
] as const;
const someAxes = [samples[0], samples[1], samples[2]] as const;
const integers = {
  shapes: [[2]],
  dtypes: ['int32'],
  attributes: { axes: [0], keepDims: true },
} as const;
const refuses = [{ ...integers, message: 'needs float32 or float64' }] as const;

checkFamily(reduceOps, {
  ReduceSum: { reference: over(sum), samples, refuses },
  ReduceMean: { reference: over((list) => sum(list) / list.length), samples: someAxes, refuses },
  ReduceMax: { reference: over((list) => Math.max(...list)), samples: someAxes, refuses },
  ReduceSumSquare: {
    reference: over((list) => sum(list.map((x) => x * x))),
    samples: someAxes,
    refuses,
  },
  ReduceLogSumExp: {
    reference: over((list) => {
      const top = Math.max(...list);
      return top + Math.log(sum(list.map((x) => Math.exp(x - top))));
    }),
    samples: [...someAxes, { ...samples[0], domain: [-100, 100] }],
    refuses,
  },
  Expand: {
    reference: ([x], { shape }) => build(shape as number[], (index) => at(x!, index)),
    samples: [
      { shapes: [[2, 1]], attributes: { shape: [2, 3] } },
      { shapes: [[3]], attributes: { shape: [2, 2, 3] } },
      { shapes: [[]], attributes: { shape: [2] } },
    ],
    refuses: [
      { shapes: [[2, 3]], attributes: { shape: [2, 1] }, message: 'does not expand to [2, 1]' },
    ],
  },
});
