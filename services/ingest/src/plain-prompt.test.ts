import { describe, expect, it } from 'vitest';
import { normalisedPrompt } from './plain-prompt.ts';

describe('normalisedPrompt', () => {
  it.each([
    ['Where is my order 123?', 'where is my  ORDER 77'],
    ['Café!', 'cafe\u0301'],
    ['“quoted” — text', 'quoted text'],
  ])('sees %j and %j as one', (a, b) => {
    expect(normalisedPrompt(a)).toBe(normalisedPrompt(b));
  });

  it('keeps different words, scripts and pure signs apart', () => {
    const all = ['one', 'two', 'один', '一', '😀', '🙃', '!', '?'].map(normalisedPrompt);
    expect(new Set(all).size).toBe(all.length);
  });
});
