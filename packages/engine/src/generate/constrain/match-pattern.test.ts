import { expect, it } from 'vitest';
import { patternReader } from './match-pattern.ts';

const patterns = [
  '',
  '^a+$',
  'b',
  '^(?=.*\\d)\\w{2,4}$',
  '^[^a-y]*$',
  '\\p{Lu}é?$',
  '^.$',
  'a|^$',
  '🙂{2}',
];
const texts = ['', 'a', 'aa', 'b', 'ab1', 'z', 'É', 'Aé', '🙂', '🙂🙂', 'a\n', 'abcde1'];

it('finds what ECMAScript finds', () => {
  const found = (matches: (text: string) => boolean) => texts.filter((text) => matches(text));
  for (const pattern of patterns) {
    const expression = new RegExp(pattern, 'u');
    expect([pattern, found(patternReader()(pattern))]).toEqual([
      pattern,
      found((text) => expression.test(text)),
    ]);
  }
});

it('is not slowed down by patterns that go back and forth elsewhere', () => {
  const matches = patternReader()('^(?:a+)+$');
  expect(matches(`${'a'.repeat(100_000)}b`)).toBe(false);
  expect(matches('a'.repeat(100_000))).toBe(true);
});

it('names what it does not take', () => {
  expect(() => patternReader()('(?<=a)b')).toThrow();
  const read = patternReader({ states: 500, work: 20_000 });
  expect(() => read('(?:a|b)*a(?:a|b){12}')).toThrow('makes the automata of the schema too large');
});
