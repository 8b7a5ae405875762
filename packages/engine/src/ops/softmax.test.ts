import { at, build } from '@lathe/testkit/dense';
import { checkFamily, type OpSamples } from '@lathe/testkit/gradient-check';
import { describeWithKernels } from '../runtime/own-kernels.fixture.ts';
import { softmaxOps } from './softmax.ts';

const samples = {
  Softmax: {
    reference: ([x]) => {
      const width = x!.shape.at(-1)!;
      return build(x!.shape, (index) => {
        const row = Array.from({ length: width }, (_, k) => at(x!, [...index.slice(0, -1), k]));
        const top = Math.max(...row);
        const total = row.reduce((sum, value) => sum + Math.exp(value - top), 0);
        return Math.exp(at(x!, index) - top) / total;
      });
    },
    samples: [
      { shapes: [[2, 5]] },
      { shapes: [[1, 1]] },
      { shapes: [[2, 3, 4]], domain: [-80, 80] },
    ],
    refuses: [{ shapes: [[2]], dtypes: ['int32'], message: 'Softmax: needs float' }],
  },
} satisfies Record<'Softmax', OpSamples>;

checkFamily(softmaxOps, samples);

await describeWithKernels((device) => checkFamily(softmaxOps, samples, [device]));
