import { expect, it } from 'vitest';
import { joined } from './joined-curves.ts';

it('lays curves of other steps on one axis, with nothing where a run tells nothing', () => {
  const curves = [
    { steps: [1, 3], values: new Map([['loss', [0.5, 0.25]]]) },
    { steps: [2, 3], values: new Map([['loss', [0.75, null]]]) },
    { steps: [1], values: new Map([['reward', [1]]]) },
  ];
  expect(joined(curves, 'loss')).toEqual({
    x: [1, 2, 3],
    lines: [
      [0.5, null, 0.25],
      [null, 0.75, null],
      [null, null, null],
    ],
  });
});
