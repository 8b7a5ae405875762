import { describe, expect, it } from 'vitest';
import { parseCsv } from './csv.ts';
import { chatLine, largestIntents, readQuestions } from './rows.ts';

describe('parseCsv', () => {
  it('reads quoted commas, doubled quotes and line breaks', () => {
    const text = 'a,b\r\n"x, ""y""\nz",1\n\nplain,\n';
    expect(parseCsv(text, 'f')).toEqual([
      ['a', 'b'],
      ['x, "y"\nz', '1'],
      ['plain', ''],
    ]);
  });

  it('reads a last line without a line break, and a byte-order mark', () => {
    expect(parseCsv('\uFEFFa,b\nc,', 'f')).toEqual([
      ['a', 'b'],
      ['c', ''],
    ]);
  });

  it.each([
    ['a\n"open,b', 'f line 2: a quoted field is not closed'],
    ['a\nb"c,d', 'f line 2: a quote inside a plain field'],
    ['"a"b,c', 'f line 1: text after a closing quote'],
  ])('refuses %j', (text, message) => {
    expect(() => parseCsv(text, 'f')).toThrow(message);
  });
});

describe('banking77 rows', () => {
  const questions = readQuestions(
    'text,category\n"Why, again?",b_b\nWhat?,a_a\nWho?,a_a\nHow?,c_c\n',
    'train.csv',
  );

  it('takes the largest intents, ties by name', () => {
    expect(largestIntents(questions, 2)).toEqual(['a_a', 'b_b']);
  });

  it('writes the intent in words', () => {
    expect(JSON.parse(chatLine(questions[0]!))).toMatchObject({
      messages: [
        { role: 'system' },
        { role: 'user', content: 'Why, again?' },
        { role: 'assistant', content: 'b b' },
      ],
    });
  });

  it('names the row that is wrong', () => {
    expect(() => readQuestions('text,category\na,b\nc\n', 'x.csv')).toThrow('x.csv row 3');
    expect(() => readQuestions('a,b\n', 'x.csv')).toThrow('header');
  });
});
