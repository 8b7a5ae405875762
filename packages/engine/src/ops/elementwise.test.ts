import { elementwise } from '@lathe/testkit/dense';
import { checkFamily } from '@lathe/testkit/gradient-check';
import { elementwiseOps } from './elementwise.ts';

const pairs = [
  {
    shapes: [
      [2, 3],
      [2, 3],
    ],
  },
  {
    shapes: [
      [2, 1, 3],
      [4, 1],
    ],
  },
  { shapes: [[], [3]] },
] as const;
const positive = [
  { shapes: [[2, 3]], domain: [0.2, 3] },
  { shapes: [[1, 1]], domain: [0.2, 3] },
] as const;
const any = [{ shapes: [[2, 3]] }, { shapes: [[]] }] as const;
const mismatch = {
  shapes: [
    [2, 3],
    [2, 4],
  ],
  message: 'Shapes [2, 3] and [2, 4] do not broadcast.',
};

checkFamily(elementwiseOps, {
  Add: {
    reference: elementwise((a, b) => a + b),
    samples: pairs,
    refuses: [
      { ...mismatch, message: `Add: ${mismatch.message}` },
      {
        shapes: [[1], [1]],
        dtypes: ['float32', 'int32'],
        message: 'types float32 and int32 differ',
      },
      { shapes: [[1], [1]], dtypes: ['bool', 'bool'], message: 'needs numbers' },
    ],
  },
  Sub: { reference: elementwise((a, b) => a - b), samples: pairs, refuses: [mismatch] },
  Mul: { reference: elementwise((a, b) => a * b), samples: pairs, refuses: [mismatch] },
  Div: {
    reference: elementwise((a, b) => a / b),
    samples: [
      {
        shapes: [
          [2, 3],
          [2, 3],
        ],
        domain: [0.5, 2],
      },
      { shapes: [[3], [2, 1]], domain: [-2, -0.5] },
    ],
    refuses: [mismatch],
  },
  Max: { reference: elementwise(Math.max), samples: pairs, refuses: [mismatch] },
  Min: { reference: elementwise(Math.min), samples: pairs, refuses: [mismatch] },
  Neg: { reference: elementwise((x) => -x), samples: any },
  Exp: {
    reference: elementwise(Math.exp),
    samples: any,
    refuses: [{ shapes: [[2]], dtypes: ['int32'], message: 'needs float32 or float64' }],
  },
  Log: { reference: elementwise(Math.log), samples: positive },
  Sqrt: { reference: elementwise(Math.sqrt), samples: positive },
  Reciprocal: { reference: elementwise((x) => 1 / x), samples: positive },
  Abs: { reference: elementwise(Math.abs), samples: any },
});
