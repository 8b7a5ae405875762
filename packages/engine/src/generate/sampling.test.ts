import { describe, expect, it } from 'vitest';
import { chooseToken, greedy } from './sampling.ts';

const logits = () => Float32Array.from([1, 3, 2, 3, -1]);
const none = { counts: new Map<number, number>(), random: () => 0.5 };

/** Sampled shares of each token over evenly spaced random numbers. */
function shares(settings: Partial<typeof greedy>): number[] {
  const draws = 2000;
  const seen = new Array<number>(5).fill(0);
  for (let at = 0; at < draws; at++) {
    const random = () => (at + 0.5) / draws;
    const { token } = chooseToken(
      logits(),
      { ...greedy, temperature: 1, ...settings },
      { counts: new Map(), random },
    );
    seen[token]! += 1 / draws;
  }
  return seen;
}

describe('chooseToken', () => {
  it('takes the likeliest token at temperature 0, the lower id on a tie', () => {
    expect(chooseToken(logits(), greedy, none).token).toBe(1);
  });

  it('gives the log-probability of the softmax', () => {
    const total = [1, 3, 2, 3, -1].reduce((sum, x) => sum + Math.exp(x), 0);
    expect(chooseToken(logits(), greedy, none).logprob).toBeCloseTo(
      Math.log(Math.exp(3) / total),
      6,
    );
  });

  it('draws in proportion to the softmax at temperature 1 and sharper below', () => {
    const total = [1, 3, 2, 3, -1].reduce((sum, x) => sum + Math.exp(x), 0);
    const seen = shares({});
    for (const [id, x] of [1, 3, 2, 3, -1].entries())
      expect(seen[id]).toBeCloseTo(Math.exp(x) / total, 2);
    expect(shares({ temperature: 0.2 })[2]).toBeLessThan(0.01);
  });

  it('keeps only the nucleus and only the top k', () => {
    expect(shares({ topP: 0.5 }).map((share) => share > 0)).toEqual([
      false,
      true,
      false,
      true,
      false,
    ]);
    expect(shares({ topK: 1 })[1]).toBeCloseTo(1, 6);
  });

  it('applies bias and penalties before choosing', () => {
    expect(chooseToken(logits(), { ...greedy, logitBias: new Map([[4, 100]]) }, none).token).toBe(
      4,
    );
    const counts = new Map([[1, 2]]);
    expect(
      chooseToken(logits(), { ...greedy, presencePenalty: 0.1 }, { ...none, counts }).token,
    ).toBe(3);
    expect(
      chooseToken(logits(), { ...greedy, frequencyPenalty: 0.1 }, { ...none, counts }).token,
    ).toBe(3);
  });

  it('reports the alternatives in falling order', () => {
    const { top } = chooseToken(logits(), { ...greedy, topLogprobs: 3 }, none);
    expect(top.map((entry) => entry.token)).toEqual([1, 3, 2]);
  });
});
