import { at, build } from '@lathe/testkit/dense';
import { checkFamily } from '@lathe/testkit/gradient-check';
import { describe, expect, it } from 'vitest';
import { input } from '../graph/value.ts';
import { rope, ropeOps } from './rope.ts';

checkFamily(ropeOps, {
  Rope: {
    reference: ([x, cos, sin]) => {
      const half = x!.shape[3]! / 2;
      return build(x!.shape, (index) => {
        const [row, head, token, place] = index as [number, number, number, number];
        const angle = [row, token, place % half];
        const other = at(x!, [row, head, token, (place + half) % (2 * half)]);
        const turned = other * at(sin!, angle);
        return at(x!, index) * at(cos!, angle) + (place < half ? -turned : turned);
      });
    },
    samples: [
      {
        shapes: [
          [2, 2, 3, 4],
          [2, 3, 2],
          [2, 3, 2],
        ],
        untrained: [1, 2],
      },
      {
        shapes: [
          [1, 1, 2, 2],
          [1, 2, 1],
          [1, 2, 1],
        ],
        untrained: [1, 2],
      },
      {
        shapes: [
          [2, 3, 5, 16],
          [2, 5, 8],
          [2, 5, 8],
        ],
        untrained: [1, 2],
      },
    ],
    refuses: [
      {
        shapes: [
          [1, 1, 2, 3],
          [1, 2, 1],
          [1, 2, 1],
        ],
        message: 'even size',
      },
      {
        shapes: [
          [1, 1, 2, 4],
          [1, 3, 2],
          [1, 3, 2],
        ],
        message: 'do not fit [1, 1, 2, 4]',
      },
    ],
  },
});

describe('rope tables', () => {
  const x = input('x', [2, 3, 5, 4]);
  it.each([[[5, 2]], [[10, 2]], [[2, 5, 2]]])('takes cos and sin of shape %j', (shape) => {
    const value = rope(x, input('cos', shape), input('sin', shape));
    expect(value.inputs[1]!.shape).toEqual([2, 5, 2]);
  });

  it('keeps named sizes', () => {
    const named = input('x', ['rows', 3, 'tokens', 4]);
    const table = input('cos', ['rows', 'tokens', 2]);
    expect(rope(named, table, table).shape).toEqual(['rows', 3, 'tokens', 4]);
  });
});
