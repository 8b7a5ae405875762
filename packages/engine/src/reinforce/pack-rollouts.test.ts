import { expect, it } from 'vitest';
import type { Rollout } from '../objectives/policy/rollout-feeds.ts';
import { mostInWindow, packRollouts } from './pack-rollouts.ts';

const rollout = (prompt: number, completion: number): Rollout => ({
  prompt: new Int32Array(prompt),
  completion: new Int32Array(completion),
  sampled: new Float32Array(completion),
  advantage: 0,
  isTruncated: false,
});
const shape = { rows: 2, tokens: 16, targets: 20, examples: 32 };
const sizes = (all: readonly Rollout[]) =>
  packRollouts(all, shape).map((windows) =>
    windows.map((window) => window.map(({ completion }) => completion.length)),
  );

it('fills windows within their tokens and their share of the targets', () => {
  expect(sizes([rollout(2, 3), rollout(4, 8), rollout(2, 2), rollout(6, 10)])).toEqual([
    [[10], [8, 2]],
    [[3]],
  ]);
  expect(sizes([rollout(1, 6), rollout(1, 6)])).toEqual([[[6], [6]]]);
});

it('brings answers to one prompt together where prompts are shared', () => {
  const answer = (prompt: number, ...completion: number[]): Rollout => ({
    ...rollout(8, completion.length),
    prompt: new Int32Array(8).fill(prompt),
    completion: Int32Array.from(completion),
  });
  const all = [answer(1, 1, 2, 3), answer(2, 1, 1), answer(1, 1, 4, 4), answer(2, 2), answer(1, 5)];
  const laid = packRollouts(all, shape, true).map((windows) =>
    windows.map((window) => window.map((each) => all.indexOf(each))),
  );
  // 8 + 3, of which the next two share 9 and 8; 8 + 2 and 1 more.
  expect(laid).toEqual([
    [
      [0, 2, 4],
      [1, 3],
    ],
  ]);
  const three = { ...shape, targets: 8 };
  expect(packRollouts(all, three, true).flat(2)).toHaveLength(5);
  expect(
    packRollouts(all, three, true)
      .flat()
      .map(({ length }) => length),
  ).toEqual([2, 1, 2]);
});

it('puts no more answers into a window than there is room for their sums', () => {
  const wide = { rows: 1, tokens: 100, targets: 100, examples: mostInWindow };
  const many = Array.from({ length: mostInWindow + 1 }, () => rollout(1, 1));
  expect(packRollouts(many, wide).map((windows) => windows.map(({ length }) => length))).toEqual([
    [mostInWindow],
    [1],
  ]);
});

it('refuses an answer that fits no window', () => {
  expect(() => packRollouts([rollout(8, 9)], shape)).toThrow(
    'an answer of 9 tokens to a prompt of 8 does not fit a window of 16',
  );
});
