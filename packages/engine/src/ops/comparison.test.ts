import { elementwise } from '@lathe/testkit/dense';
import { checkFamily } from '@lathe/testkit/gradient-check';
import { comparisonOps } from './comparison.ts';

const flag = (yes: boolean): number => (yes ? 1 : 0);
const bits = { dtype: 'bool', values: [1, 0, 1, 0, 0, 1] } as const;
const pair = [
  {
    shapes: [
      [2, 3],
      [2, 3],
    ],
  },
  { shapes: [[2, 3], [3]] },
] as const;
const tokens = {
  shapes: [
    [2, 3],
    [2, 1],
  ],
  fixed: {
    0: { dtype: 'int32', values: [1, 2, 3, 4, 5, 6] },
    1: { dtype: 'int32', values: [2, 6] },
  },
} as const;

checkFamily(comparisonOps, {
  Equal: { reference: elementwise((a, b) => flag(a === b)), samples: [tokens] },
  Less: { reference: elementwise((a, b) => flag(a < b)), samples: [...pair, tokens] },
  Greater: { reference: elementwise((a, b) => flag(a > b)), samples: [...pair, tokens] },
  GreaterOrEqual: { reference: elementwise((a, b) => flag(a >= b)), samples: [...pair, tokens] },
  And: {
    reference: elementwise((a, b) => flag(a !== 0 && b !== 0)),
    samples: [
      { shapes: [[2, 3], [3]], fixed: { 0: bits, 1: { dtype: 'bool', values: [1, 1, 0] } } },
    ],
  },
  Where: {
    reference: elementwise((c, a, b) => (c !== 0 ? a : b)),
    samples: [
      {
        shapes: [
          [2, 3],
          [2, 3],
          [2, 3],
        ],
        fixed: { 0: bits },
      },
      { shapes: [[2, 3], [3], []], fixed: { 0: bits } },
    ],
    refuses: [{ shapes: [[2], [2], [2]], message: 'Where: needs bool' }],
  },
  Cast: {
    reference: elementwise((x) => x),
    samples: [
      { shapes: [[2, 3]], attributes: { to: 'float64' } },
      {
        shapes: [[2]],
        fixed: { 0: { dtype: 'int32', values: [-3, 7] } },
        attributes: { to: 'float32' },
      },
    ],
  },
});
