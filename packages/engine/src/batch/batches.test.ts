import { describe, expect, it } from 'vitest';
import { rootSeed } from '../nn/seed.ts';
import { type BatchPlan, type BatchSettings, planBatches } from './batches.ts';

const sizes = Array.from({ length: 23 }, (_, index) => ({
  tokens: 5 + ((index * 7) % 40),
  targets: 2 + (index % 3),
}));
const settings = {
  epochs: 3,
  batchSize: 5,
  shuffle: true,
  packing: true,
  microBatchTokens: 96,
};

describe('planBatches', () => {
  const plan = planBatches(sizes, settings, rootSeed(42));

  it('shows every example once in each epoch, in a new order', () => {
    expect(plan.stepsPerEpoch).toBe(5);
    expect(plan.totalSteps).toBe(15);
    const orders = [0, 1, 2].map((epoch) => {
      const steps = Array.from({ length: 5 }, (_, at) => plan.step(epoch * 5 + at));
      for (const step of steps) expect(step.epoch).toBe(epoch);
      return steps.flatMap((step) => step.examples);
    });
    for (const order of orders)
      expect([...order].sort((a, b) => a - b)).toEqual(sizes.map((_, index) => index));
    expect(orders[0]).not.toEqual(orders[1]);
  });

  it('fits every micro-batch of every step into its one shape', () => {
    expect(plan.shape.tokens).toBe(48);
    expect(plan.shape.rows * plan.shape.tokens).toBeLessThanOrEqual(96);
    for (let index = 0; index < plan.totalSteps; index++) {
      const step = plan.step(index);
      expect(step.microBatches.flat(2).sort()).toEqual([...step.examples].sort());
      expect(step.microBatches.length).toBeLessThanOrEqual(plan.microBatchesPerStep);
      for (const windows of step.microBatches) {
        expect(windows.length).toBeLessThanOrEqual(plan.shape.rows);
        let targets = 0;
        for (const window of windows) {
          const lengths = window.map((example) => sizes[example]?.tokens ?? 0);
          expect(lengths.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(48);
          for (const example of window) targets += sizes[example]?.targets ?? 0;
        }
        expect(targets).toBeLessThanOrEqual(plan.shape.targets);
      }
    }
  });

  it('gives the same plan again for the same seed, in any order of asking', () => {
    const again = planBatches(sizes, settings, rootSeed(42));
    expect(again.step(11)).toEqual(plan.step(11));
    expect(again.step(0)).toEqual(plan.step(0));
    expect(planBatches(sizes, settings, rootSeed(43)).step(0)).not.toEqual(plan.step(0));
  });

  it('keeps the order and gives each example a window when told to', () => {
    const plain = planBatches(sizes, { ...settings, shuffle: false, packing: false }, rootSeed(1));
    expect(plain.step(0).examples).toEqual([0, 1, 2, 3, 4]);
    expect(plain.step(0).microBatches.flat()).toEqual([[0], [1], [2], [3], [4]]);
  });

  it('divides no step that has room when told to', () => {
    // The first step takes three windows, the other one: two runs of a row waste less than one of three.
    const uneven = [200, 200, 200, 9, 9, 9].map((tokens) => ({ tokens, targets: 1 }));
    const two = { ...settings, epochs: 1, batchSize: 3, shuffle: false, microBatchTokens: 700 };
    const whole = planBatches(uneven, { ...two, undivided: true }, rootSeed(1));
    expect(planBatches(uneven, two, rootSeed(1)).microBatchesPerStep).toBeGreaterThan(1);
    expect([whole.microBatchesPerStep, whole.shape.rows]).toEqual([1, 3]);
    const narrow = { ...two, undivided: true, microBatchTokens: 450 };
    expect(planBatches(uneven, narrow, rootSeed(1)).microBatchesPerStep).toBe(2);
  });

  describe('of a model whose windows may be wider', () => {
    const hiddenSize = 576;
    const ofLengths = (lengths: readonly number[], more: Partial<BatchSettings> = {}) =>
      planBatches(
        lengths.map((tokens) => ({ tokens, targets: 9 })),
        {
          ...{ ...settings, epochs: 1, batchSize: 8, shuffle: false, microBatchTokens: 2048 },
          ...{ hiddenSize, ...more },
        },
        rootSeed(1),
      );
    const slots = ({ shape, stepsPerEpoch, step }: BatchPlan): number =>
      shape.rows *
      shape.tokens *
      Array.from({ length: stepsPerEpoch }, (_, at) => step(at).microBatches.length).reduce(
        (sum, count) => sum + count,
        0,
      );
    // Two of the others fit a window that is a little wider than the longest.
    const uneven = Array.from({ length: 24 }, (_, at) => (at % 8 === 0 ? 400 : 210));

    it('takes wider windows where more examples meet in them than their attention costs', () => {
      const wide = ofLengths(uneven);
      const narrow = ofLengths(uneven, { hiddenSize: undefined });
      expect(narrow.shape.tokens).toBe(400);
      expect(wide.shape.tokens).toBeGreaterThan(400);
      expect(slots(wide)).toBeLessThan(slots(narrow));
      expect(ofLengths(uneven).shape).toEqual(wide.shape);
      for (let at = 0; at < wide.totalSteps; at++)
        for (const window of wide.step(at).microBatches.flat())
          expect(
            window.reduce((sum, example) => sum + (uneven[example] as number), 0),
          ).toBeLessThanOrEqual(wide.shape.tokens);
    });

    it('takes windows of the longest example where nothing is gained, or attention costs most', () => {
      expect(ofLengths(uneven.map(() => 400)).shape.tokens).toBe(400);
      // Two of these fit windows of 752 tokens, which a sixteenth less padding does not pay for.
      const long = Array.from({ length: 24 }, (_, at) => 400 - 8 * (at % 8));
      expect(ofLengths(long).shape.tokens).toBe(400);
      expect(ofLengths(long, { hiddenSize: 1e6 }).shape.tokens).toBeGreaterThan(400);
      expect(ofLengths(uneven, { packing: false }).shape.tokens).toBe(400);
      expect(ofLengths(uneven, { undivided: true }).shape.tokens).toBe(400);
    });

    it('takes no more memory than windows of single examples, but an eighth where a pass has one', () => {
      for (const microBatchTokens of [400, 800, 1600, 2048, 8192]) {
        const { rows, tokens } = ofLengths(uneven, { microBatchTokens }).shape;
        const most = Math.max(1, Math.floor(Math.min(microBatchTokens, 3200) / 400));
        if (most === 1) expect(rows * tokens).toBeLessThanOrEqual(450);
        else {
          expect(rows * tokens).toBeLessThanOrEqual(most * 400);
          expect(rows * tokens ** 2).toBeLessThanOrEqual(most * 400 ** 2);
        }
      }
    });
  });

  it('refuses a step outside the run', () => {
    expect(() => plan.step(15)).toThrow('there is no step 15; the run has 15');
  });
});
