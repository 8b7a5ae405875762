import { build } from '@lathe/testkit/dense';
import { checkFamily } from '@lathe/testkit/gradient-check';
import { fillOps } from './fill.ts';

checkFamily(fillOps, {
  ConstantOfShape: {
    reference: (_, { shape, number }) => build(shape as number[], () => Number(number)),
    samples: [
      { shapes: [], attributes: { shape: [2, 3], number: 0.5, dtype: 'float32' } },
      { shapes: [], attributes: { shape: [], number: 3, dtype: 'int64' } },
      { shapes: [], attributes: { shape: [4], number: -2, dtype: 'float64' } },
    ],
  },
});
