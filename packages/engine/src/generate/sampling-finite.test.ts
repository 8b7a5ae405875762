import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseToken, greedy } from './sampling.ts';

const state = { counts: new Map<number, number>(), random: () => 0.999_999_999 };
const never = Number.NEGATIVE_INFINITY;

describe('chooseToken of tokens that cannot come', () => {
  it('reports only those that can, with finite numbers', () => {
    const logits = Float32Array.of(never, 2, never, 1, never);
    const { top } = chooseToken(logits, { ...greedy, topLogprobs: 5 }, state);
    expect(top.map(({ token }) => token)).toEqual([1, 3]);
    expect(top.every(({ logprob }) => Number.isFinite(logprob))).toBe(true);
  });

  it('never chooses one, at any temperature and in any nucleus', () => {
    const logit = fc.oneof(fc.constant(never), fc.float({ noNaN: true, noDefaultInfinity: true }));
    const settings = fc.record({
      temperature: fc.oneof(fc.double({ min: 0, max: 2, noNaN: true }), fc.constant(5e-324)),
      topP: fc.double({ min: 5e-324, max: 1, noNaN: true }),
      topLogprobs: fc.nat(20),
      presencePenalty: fc.double({ min: -2, max: 2, noNaN: true }),
    });
    const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(fc.array(logit, { minLength: 1 }), settings, random, (values, given, drawn) => {
        fc.pre(values.some((value) => value !== never));
        const logits = Float32Array.from(values);
        const { token, logprob, top } = chooseToken(
          logits,
          { ...greedy, ...given },
          { counts: new Map([[0, 3]]), random: () => drawn },
        );
        expect(values[token]).not.toBe(never);
        for (const each of [{ token, logprob }, ...top]) {
          expect(values[each.token]).not.toBe(never);
          expect(Number.isFinite(each.logprob)).toBe(true);
        }
      }),
    );
  });

  it.each([
    [[Number.NaN, 1]],
    [[1, Number.NaN]],
    [[1, Number.POSITIVE_INFINITY]],
    [[never, never]],
  ])('refuses %j', (values) => {
    for (const temperature of [0, 1])
      expect(() =>
        chooseToken(Float32Array.from(values), { ...greedy, temperature }, state),
      ).toThrow('the logits of the model are not finite numbers');
  });
});
