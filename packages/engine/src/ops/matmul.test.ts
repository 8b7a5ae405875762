import { at, broadcast, build, type Dense } from '@lathe/testkit/dense';
import { checkFamily, type OpSamples } from '@lathe/testkit/gradient-check';
import { describe } from 'vitest';
import { describeWithKernels } from '../runtime/own-kernels.fixture.ts';
import { paddedCpu } from '../runtime/padded-cpu.fixture.ts';
import { matmulOps } from './matmul.ts';

function flip(x: Dense, swap: boolean): Dense {
  if (!swap) return x;
  const shape = [...x.shape.slice(0, -2), x.shape.at(-1)!, x.shape.at(-2)!];
  return build(shape, (index) => at(x, [...index.slice(0, -2), index.at(-1)!, index.at(-2)!]));
}

const plain = { transA: false, transB: false, alpha: 1 };
const left = { ...plain, transA: true };
const right = { ...plain, transB: true, alpha: 0.5 };
const both = { transA: true, transB: true, alpha: -2 };

const samples = {
  MatMul: {
    reference: ([x, y], { transA, transB, alpha }) => {
      const a = flip(x!, transA === true);
      const b = flip(y!, transB === true);
      const batch = broadcast([a.shape.slice(0, -2), b.shape.slice(0, -2)]);
      return build([...batch, a.shape.at(-2)!, b.shape.at(-1)!], (index) => {
        const [row, column] = index.slice(-2) as [number, number];
        const stack = index.slice(0, -2);
        let sum = 0;
        for (let k = 0; k < a.shape.at(-1)!; k++) {
          sum += at(a, [...stack, row, k]) * at(b, [...stack, k, column]);
        }
        return Number(alpha) * sum;
      });
    },
    samples: [
      {
        shapes: [
          [2, 3],
          [3, 4],
        ],
        attributes: plain,
      },
      {
        shapes: [
          [3, 2],
          [3, 4],
        ],
        attributes: left,
      },
      {
        shapes: [
          [2, 3],
          [4, 3],
        ],
        attributes: right,
      },
      {
        shapes: [
          [3, 2],
          [4, 3],
        ],
        attributes: both,
      },
      {
        shapes: [
          [2, 2, 3],
          [2, 3, 4],
        ],
        attributes: plain,
      },
      {
        shapes: [
          [2, 2, 3],
          [2, 4, 3],
        ],
        attributes: right,
      },
      {
        shapes: [
          [2, 3, 2],
          [2, 3, 4],
        ],
        attributes: left,
      },
      {
        shapes: [
          [2, 3, 2],
          [2, 4, 3],
        ],
        attributes: both,
      },
      {
        shapes: [
          [2, 2, 2, 3],
          [3, 4],
        ],
        attributes: plain,
      },
      {
        shapes: [
          [2, 2, 3],
          [4, 3],
        ],
        attributes: right,
      },
      {
        shapes: [
          [2, 3, 2],
          [3, 4],
        ],
        attributes: left,
      },
      {
        shapes: [
          [2, 1, 2, 3],
          [3, 3, 2],
        ],
        attributes: plain,
      },
      {
        shapes: [
          [2, 3],
          [2, 3, 2],
        ],
        attributes: plain,
      },
      {
        shapes: [
          [1, 1],
          [1, 1],
        ],
        attributes: plain,
      },
      {
        shapes: [
          [2, 4],
          [8, 4],
        ],
        attributes: right,
      },
      {
        shapes: [
          [2, 3, 8],
          [8, 4],
        ],
        attributes: plain,
      },
    ],
    refuses: [
      {
        shapes: [
          [2, 3],
          [4, 5],
        ],
        attributes: plain,
        message: 'MatMul: inner sizes 3 and 4 differ',
      },
      { shapes: [[3], [3, 2]], attributes: plain, message: 'both need two axes' },
      {
        shapes: [
          [2, 2, 3],
          [3, 3, 2],
        ],
        attributes: plain,
        message: 'do not broadcast',
      },
    ],
  },
} satisfies Record<'MatMul', OpSamples>;

checkFamily(matmulOps, samples);

describe('with padded widths', () => checkFamily(matmulOps, samples, [paddedCpu()]));

await describeWithKernels((device) => checkFamily(matmulOps, samples, [device]));
