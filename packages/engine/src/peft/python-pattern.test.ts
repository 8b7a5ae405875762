import { expect, it } from 'vitest';
import { fullMatcher } from './python-pattern.ts';

it.each([
  ['(?i)q', 'a kind of group'],
  ['(?<=a)q', 'a kind of group'],
  ['(?>a)q', 'a kind of group'],
  ['(a)\\1', 'the escape \\1'],
  ['a*+', 'gives nothing back'],
  ['a**', 'repeats a repetition'],
  ['(a+)+b', 'a repetition within another'],
  ['.*.*.*.*.*.*.*x', 'more than 6 repetitions'],
  ['*a', 'nothing to repeat'],
  ['^*a', 'repeats what has no length'],
  ['a{3,2}', 'backwards'],
  ['(a', 'unbalanced parenthesis'],
  ['a)', 'unbalanced parenthesis'],
  ['[a', 'ends too early'],
  ['[b-a]', 'bad range'],
  ['\\q', 'the escape \\q'],
  ['\\x4', 'ends too early'],
])('refuses %s', (pattern, message) => {
  expect(() => fullMatcher(pattern)).toThrow(message);
});

it('matches whole texts only', () => {
  const matches = fullMatcher('a|ab?');
  expect(['a', 'ab', 'abb', 'b', ''].map(matches)).toEqual([true, true, false, false, false]);
});
