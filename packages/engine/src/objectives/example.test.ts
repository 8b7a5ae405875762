import { describe, expect, it } from 'vitest';
import { causalLm } from './causal-lm.ts';
import { targetCount, textExample } from './example.ts';
import { checkAll } from './objective.ts';

const limits = { maxTokens: 4, vocabularySize: 10 };

describe('examples', () => {
  it('counts every supervised token but the first', () => {
    expect(targetCount(textExample([1, 2, 3]))).toBe(2);
    expect(
      targetCount({ tokens: Int32Array.of(1, 2, 3), supervised: Uint8Array.of(1, 0, 1) }),
    ).toBe(1);
  });

  it('accepts good examples', () => {
    expect(() =>
      checkAll(causalLm, [textExample([1, 2]), textExample([0, 9, 3, 4])], limits),
    ).not.toThrow();
  });

  it.each([
    ['none', [], 'there are no examples'],
    ['too long', [textExample([1, 2]), textExample([1, 2, 3, 4, 5])], 'example 1 has 5 tokens'],
    ['no target', [textExample([1])], 'example 0 has no supervised token'],
    ['foreign token', [textExample([1, 10])], 'example 0 holds token 10'],
    [
      'uneven',
      [{ tokens: Int32Array.of(1, 2), supervised: Uint8Array.of(1) }],
      'example 0 has 2 tokens but 1 supervised flags',
    ],
  ])('refuses %s', (_, examples, message) => {
    expect(() => checkAll(causalLm, examples, limits)).toThrow(message);
  });
});
