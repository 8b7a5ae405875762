import { expect, it } from 'vitest';
import { rootSeed } from '../nn/seed.ts';
import { balancedOrder, strataOf } from './balanced-order.ts';
import { planBatches } from './batches.ts';

/** 20 examples of class 0, 3 of class 1, 2 of class 2. */
const strata = Int32Array.from({ length: 25 }, (_, at) => (at < 20 ? 0 : at < 23 ? 1 : 2));
const order = balancedOrder(strata, rootSeed(1));

it('shows as many of every class in each epoch, and each example of a class as often', () => {
  const seen = new Int32Array(25);
  for (let epoch = 0; epoch < 12; epoch++) {
    const shown = order(epoch);
    const counts = [0, 0, 0];
    for (const example of shown) {
      const stratum = strata[example] ?? 0;
      counts[stratum] = (counts[stratum] ?? 0) + 1;
      seen[example] = (seen[example] ?? 0) + 1;
    }
    expect(shown).toHaveLength(25);
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
  }
  // 100 draws a class.
  for (const [members, times] of [
    [seen.subarray(0, 20), 5],
    [seen.subarray(20, 23), 33],
    [seen.subarray(23), 50],
  ] as const)
    for (const count of members) expect(Math.abs(count - times)).toBeLessThanOrEqual(1);
});

it('is the same whenever it is asked for, and another of another seed', () => {
  const again = balancedOrder(strata, rootSeed(1));
  expect(again(7)).toEqual(order(7));
  expect(again(2)).toEqual(order(2));
  expect(balancedOrder(strata, rootSeed(2))(2)).not.toEqual(order(2));
});

it('plans steps of it in an order of their own', () => {
  const sizes = Array.from(strata, () => ({ tokens: 8, targets: 1 }));
  const settings = { epochs: 2, batchSize: 5, shuffle: true, packing: true, microBatchTokens: 64 };
  const plan = planBatches(sizes, { ...settings, strata }, rootSeed(1));
  const examples = [0, 1, 2, 3, 4].flatMap((at) => plan.step(at).examples);
  expect(examples.toSorted()).toEqual([...order(0)].toSorted());
  expect(examples).not.toEqual([...order(0)]);
});

it('takes an example for one of its rarest label', () => {
  expect([...strataOf([[0], [0, 1], [0, 0, 2], [1, 0], []])]).toEqual([0, 1, 2, 1, -1]);
});
