import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Automaton,
  anyText,
  automatonLimits,
  intersection,
  TooLargeError,
} from './automaton.ts';
import { PatternError, parsePattern } from './regular-expression.ts';
import { automataOf } from './string-schema.ts';
import { type TextForm, textForm, textRule } from './text-form.ts';

const build = (pattern: string): Automaton =>
  automataOf(pattern, { ...automatonLimits }).reduce((one, two) =>
    intersection(one, two, { ...automatonLimits }),
  );
const formOf = (automaton: Automaton, least = 0, most = Number.POSITIVE_INFINITY): TextForm =>
  textForm(textRule(automaton, least, most, { ...automatonLimits }));

/** Whether a form accepts a text; undefined when no longer text that begins with it is accepted either. */
function accepts(form: TextForm, text: string): boolean | undefined {
  if (!form.isPossible) return undefined;
  let state: number | undefined = form.start;
  for (const character of text) {
    const point = character.codePointAt(0)!;
    state = form.arcs(state).find(({ low, high }) => low <= point && point <= high)?.to;
    if (state === undefined) return undefined;
  }
  return form.accepts(state);
}

const texts = fc.array(fc.constantFrom('a', 'b', 'é', '-', '1', '\n', '😀'), { maxLength: 7 });
const atoms = [
  ...['a', 'b', 'é', '\\u{1F600}', '\\ud83d\\ude00', '.', '\\n', '\\x61', '\\-', '[ab]', '[^a]'],
  ...['[^]', '[]', '[\\d-é]', '[a-b\\s]', '\\d', '\\D', '\\w', '\\W', '\\s', '\\S', '\\p{L}'],
  ...['\\P{Lu}', '^', '$', '(?:)', '\\p{Script=Latin}', '[\\u{1F5FF}-\\u{1F601}]'],
];
const { pattern: patterns } = fc.letrec<{ pattern: string }>((tie) => ({
  pattern: fc.oneof(
    // Small, as the regular expressions of the runtime go back and forth in large ones for minutes.
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(...atoms),
    fc.array(tie('pattern'), { minLength: 2, maxLength: 4 }).map((parts) => parts.join('')),
    fc.array(tie('pattern'), { minLength: 2, maxLength: 3 }).map((all) => `(?:${all.join('|')})`),
    fc
      .tuple(tie('pattern'), fc.constantFrom('*', '+', '?', '*?', '{2}', '{1,}', '{0,2}', '{0}'))
      .map(([pattern, quantifier]) => `(?<name>${pattern})${quantifier}`.replace('?<name>', '')),
  ),
}));

describe('automataOf', () => {
  it('finds what a regular expression of the language finds', () => {
    fc.assert(
      fc.property(patterns, fc.array(texts, { minLength: 8, maxLength: 8 }), (pattern, samples) => {
        let expected: RegExp;
        try {
          expected = new RegExp(pattern, 'u');
        } catch {
          return;
        }
        const form = formOf(build(pattern));
        for (const sample of samples) {
          const text = sample.join('');
          expect(accepts(form, text) ?? false, JSON.stringify([pattern, text])).toBe(
            expected.test(text),
          );
        }
      }),
      { numRuns: 400 },
    );
  });

  it('takes an expression of many states, and refuses one of too many', () => {
    const limits = { states: 20_000, work: 5_000_000 };
    const large = automataOf('^[a-z]{0,2000}$', { ...limits })[0]!;
    expect(large.accepts).toHaveLength(2002);
    for (const hostile of [
      '(a|b)*a(a|b){20}',
      '^((a{0,99}){0,99}){0,99}$',
      'a{999999999}',
      '(x+x+)+y'.repeat(400),
    ])
      expect(() => automataOf(hostile, { ...limits }), hostile).toThrow(TooLargeError);
  });
});

it('looks ahead from the beginning', () => {
  fc.assert(
    fc.property(patterns, patterns, patterns, texts, (one, two, rest, sample) => {
      const pattern = `^(?=${one})(?!${two})(?:${rest})`;
      let expected: boolean;
      const text = sample.join('');
      try {
        expected = new RegExp(pattern, 'u').test(text);
      } catch {
        return;
      }
      expect(accepts(formOf(build(pattern)), text) ?? false, text).toBe(expected);
    }),
    { numRuns: 150 },
  );
});

it('accepts what both of two automata accept', () => {
  fc.assert(
    fc.property(patterns, patterns, texts, (one, two, sample) => {
      let expected: boolean;
      const text = sample.join('');
      try {
        const both = [new RegExp(one, 'u'), new RegExp(two, 'u')];
        expected = both.every((each) => each.test(text));
      } catch {
        return;
      }
      const both = intersection(build(one), build(two), { ...automatonLimits });
      expect(accepts(formOf(both), text) ?? false).toBe(expected);
    }),
    { numRuns: 150 },
  );
});

describe('textForm', () => {
  const ways = (automaton: Automaton, state: number, length: number): boolean =>
    length === 0
      ? automaton.accepts[state]!
      : Array.from({ length: automaton.classes }, (_, each) => each).some((each) => {
          const next = automaton.next[state * automaton.classes + each]!;
          return next >= 0 && ways(automaton, next, length - 1);
        });

  it.each([
    ['^(abc)*$', 4, 5],
    ['^(abc)*$', 4, 6],
    ['^(ab)*$', 3, 3],
    ['^a{5}|^b{2,3}$', 4, 4],
    ['^a{5}$|^b{2,3}$', 4, 4],
    ['b', 0, 0],
    ['b', 2, 1],
    ['$^', 0, 3],
    ['a^', 0, 3],
  ])('%j of %i to %i characters', (pattern, least, most) => {
    const automaton = build(pattern);
    const lengths = Array.from({ length: Math.max(most - least + 1, 0) }, (_, i) => least + i);
    const isPossible = lengths.some((length) => ways(automaton, 0, length));
    const form = formOf(automaton, least, most);
    expect(form.isPossible).toBe(isPossible);
    // From every state that arcs lead to, an end is reached.
    const reached = new Set(isPossible ? [form.start] : []);
    for (const state of reached) {
      const arcs = form.arcs(state);
      expect(arcs.length > 0 || form.accepts(state)).toBe(true);
      for (const { to } of arcs) reached.add(to);
    }
  });

  it('counts characters, not code units', () => {
    expect(accepts(formOf(anyText, 2, 2), '😀é')).toBe(true);
    expect(accepts(formOf(anyText, 2, 2), '😀')).toBe(false);
    expect(accepts(formOf(anyText, 2, 2), 'abc')).toBeUndefined();
  });

  it('says at once that no text has its length', () => {
    const periodic = build('^(aaaaaaa)*$');
    expect(formOf(periodic, 7_000, 7_000).isPossible).toBe(true);
    expect(formOf(periodic, 7_001, 7_006).isPossible).toBe(false);
    expect(() => formOf(periodic, 70_000_000, 70_000_000)).toThrow(TooLargeError);
    expect(formOf(anyText, 1e9, 2e9).isPossible).toBe(true);
  });
});

describe('parsePattern', () => {
  it.each([
    ['(?=a)b', 'a look-around, (?=…), which is not supported, at character 0'],
    ['^a(?!b)', 'a look-around, (?!…), which is not supported, at character 2'],
    ['^(?!a(?=b))', 'a look-around, (?=…), which is not supported, at character 5'],
    [
      '^(?!a)b|c',
      'a look-around that not the whole pattern stands behind, which is not supported,',
    ],
    ['^(?!a', 'a group that is not closed at character 1'],
    ['ab(?<!c)', 'a look-around, (?<!…), which is not supported, at character 2'],
    ['(a)\\1', 'a back reference, which is not supported, at character 3'],
    ['(?<n>a)\\k<n>', 'a back reference, which is not supported, at character 7'],
    ['a\\b', 'the word boundary \\b, which is not supported, at character 1'],
    ['\\p{Nonsense}', 'the property \\p{Nonsense}, which is not known, at character 0'],
    ['(?i)a', 'a group that begins with (? and is not supported at character 0'],
    ['(a', 'a group that is not closed at character 0'],
    ['a)', 'a ) that closes nothing at character 1'],
    ['[a', 'a class that is not closed at character 0'],
    ['[b-a]', 'a range that is none at character 2'],
    ['[\\d-z]', 'a range that is none at character 3'],
    ['*', 'a quantifier with nothing before it at character 0'],
    ['a**', 'a quantifier on a quantifier at character 2'],
    ['^*', 'a quantifier on an anchor at character 0'],
    ['a{2,1}', 'a quantifier whose numbers are out of order at character 1'],
    ['a{x}', 'a { that begins no quantifier; write \\{ for the character at character 1'],
    ['😀}', 'an unescaped } at character 1'],
    ['\\', 'a \\ at its end at character 0'],
    ['\\y', 'the escape \\y, which is not known, at character 0'],
    ['\\ud800', 'half of a surrogate pair, or no character at all, at character 0'],
    ['\\u{110000}', 'half of a surrogate pair, or no character at all, at character 0'],
    ['('.repeat(200), 'more than 100 groups in each other at character 100'],
  ])('refuses %j', (pattern, message) => {
    expect(() => parsePattern(pattern)).toThrow(PatternError);
    expect(() => parsePattern(pattern)).toThrow(message);
  });
});
