import { at, build, type Dense } from '@lathe/testkit/dense';
import { checkFamily } from '@lathe/testkit/gradient-check';
import { normOps } from './norm.ts';

/** A statistic of each row, as `[…, 1]`. */
function rows(x: Dense, formula: (row: number[]) => number): Dense {
  return build([...x.shape.slice(0, -1), 1], (index) =>
    formula(Array.from({ length: x.shape.at(-1)! }, (_, k) => at(x, [...index.slice(0, -1), k]))),
  );
}

const mean = (row: readonly number[]): number => row.reduce((sum, x) => sum + x, 0) / row.length;
const epsilon = 1e-5;
const attributes = { epsilon };

checkFamily(normOps, {
  RmsNorm: {
    reference: ([x, weight]) => {
      const r = rows(x!, (row) => 1 / Math.sqrt(mean(row.map((v) => v * v)) + epsilon));
      return [build(x!.shape, (index) => at(x!, index) * at(r, index) * at(weight!, index)), r];
    },
    samples: [
      { shapes: [[3, 4], [4]], attributes },
      { shapes: [[2, 2, 5], [5]], attributes },
      { shapes: [[1, 2], [2]], attributes, domain: [-0.1, 0.1] },
    ],
    refuses: [{ shapes: [[3, 4], [3]], attributes, message: 'RmsNorm: weight [3] does not fit' }],
  },
  LayerNorm: {
    reference: ([x, weight, bias]) => {
      const middle = rows(x!, mean);
      const r = rows(x!, (row) => {
        const centre = mean(row);
        return 1 / Math.sqrt(mean(row.map((v) => (v - centre) ** 2)) + epsilon);
      });
      const y = build(x!.shape, (index) => {
        const normed = (at(x!, index) - at(middle, index)) * at(r, index);
        return normed * at(weight!, index) + at(bias!, index);
      });
      return [y, middle, r];
    },
    samples: [
      { shapes: [[3, 4], [4], [4]], attributes },
      { shapes: [[2, 2, 5], [5], [5]], attributes },
    ],
    refuses: [{ shapes: [[3, 4], [3], [4]], attributes, message: 'weight [3] does not fit' }],
  },
});
