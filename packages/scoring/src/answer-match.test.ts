import { describe, expect, it } from 'vitest';
import { exactMatch, finalNumber, jsonMatch, numberMatch } from './answer-match.ts';

it('takes blanks around an answer for nothing', () => {
  expect(exactMatch('yes', ' yes\n')).toBe(true);
  expect(exactMatch('yes', 'Yes')).toBe(false);
});

describe('finalNumber', () => {
  it('reads the number behind ####, or the last', () => {
    expect(finalNumber('4 + 5 = 9\n#### 1,234')).toBe(1234);
    expect(finalNumber('It is $3,000.50.')).toBe(3000.5);
    expect(finalNumber('from 5 to -2.5, or .5')).toBe(0.5);
    expect(finalNumber('#### -7 apples, not 8')).toBe(-7);
    expect(finalNumber('12 #### none')).toBe(12);
    expect(finalNumber('none')).toBeNull();
  });

  it('matches equal numbers in any form', () => {
    expect(numberMatch('#### 18', 'So she makes $18.00.')).toBe(true);
    expect(numberMatch('#### 18', '#### 19')).toBe(false);
    expect(numberMatch('none', 'none')).toBe(false);
  });
});

describe('jsonMatch', () => {
  it('counts the fields that are equal', () => {
    const gold = '{"a": {"b": 1, "c": [1, {"y": 2, "x": 1}]}, "d": {}}';
    expect(jsonMatch(gold, '{"d":{},"a":{"c":[1,{"x":1,"y":2}],"b":1}}')).toEqual({
      valid: true,
      shape: true,
      equal: true,
      fields: 1,
    });
    expect(jsonMatch(gold, '{"a": {"b": 2, "c": [1]}, "d": {}, "e": 1}').fields).toBe(1 / 4);
    expect(jsonMatch('[1]', '[1, 2]')).toEqual({
      ...{ valid: true, shape: true, equal: false, fields: 0 },
    });
  });

  it('tells whether the fields are the expected ones, each of its kind', () => {
    const gold = '{"a": 1, "b": {"c": "x", "d": true}, "e": null}';
    const shape = (predicted: string) => jsonMatch(gold, predicted).shape;
    expect(shape('{"e": null, "b": {"d": false, "c": ""}, "a": -2.5}')).toBe(true);
    expect(shape('{"a": "1", "b": {"c": "x", "d": true}, "e": null}')).toBe(false);
    expect(shape('{"a": 1, "b": {"c": "x", "d": true}}')).toBe(false);
    expect(shape('{"a": 1, "b": {"c": "x", "d": true}, "e": null, "f": 1}')).toBe(false);
  });

  it('takes what is no JSON for wrong, but not in the gold answer', () => {
    expect(jsonMatch('{"a":1}', '{"a":1')).toEqual({
      ...{ valid: false, shape: false, equal: false, fields: 0 },
    });
    expect(() => jsonMatch('{', '{}')).toThrow(SyntaxError);
  });
});
