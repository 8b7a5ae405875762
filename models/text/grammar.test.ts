import { describe, expect, it } from 'vitest';
import { expand, lines, words } from './grammar.ts';
import { createRandom } from './random.ts';

const slots = { fruit: () => 'apple', nested: () => '{fruit} [pie|pie]' };
const write = (pattern: string, seed = 1) => expand(pattern, createRandom(seed), slots);

describe('expand', () => {
  it('reaches every alternative, the empty and the nested one too', () => {
    const seen = new Set(Array.from({ length: 200 }, (_, seed) => write('x[ a|| [b|c]]', seed)));
    expect([...seen].sort()).toEqual(['X', 'X a', 'X b', 'X c']);
  });

  it('fills slots, and slots within their values without a capital inside the sentence', () => {
    expect(write('a {nested} , please .')).toBe('An apple pie, please.');
  });

  it('starts sentences with a capital, but not after a.m.', () => {
    expect(write('at 9 a.m. or later? yes. no')).toBe('At 9 a.m. or later? Yes. No');
  });

  it.each(['{pear}', 'a [b', 'a {b', 'a ] b'])('refuses %j and quotes it', (pattern) => {
    expect(() => write(pattern)).toThrow(pattern);
  });

  it('reads lists', () => {
    expect(lines('\n  a b\n\n c ')).toEqual(['a b', 'c']);
    expect(words('a b,\n  c d ,')).toEqual(['a b', 'c d']);
  });
});
