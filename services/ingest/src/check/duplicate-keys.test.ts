import fc from 'fast-check';
import { expect, it } from 'vitest';
import { findDuplicateKey } from './duplicate-keys.ts';

it.each<[string, string | undefined, string | undefined]>([
  ['{"a": 1, "b": {"a": 2}, "c": [{"a": 1}, {"a": 2}]}', undefined, undefined],
  ['{"a": 1, "a": 2}', 'a', ''],
  ['{"a": 1, "\\u0061": 2}', 'a', ''],
  ['{"m": [{"role": "a"}, {"role": "b", "x": ["role", "role"], "role": "c"}]}', 'role', 'm[1]'],
  ['{"x": {"y": {"k": 1, "z": {}, "k": 2}}}', 'k', 'x.y'],
  ['{"x": "a\\\\", "y": "\\"x\\": 1, \\"x\\": 2", "x": 1}', 'x', ''],
  ['{"__proto__": 1, "__proto__": 2}', '__proto__', ''],
  ['[{"a": 1}, {"a": 2}]', undefined, undefined],
  ['"a"', undefined, undefined],
  ['{"": 1, "": 2}', '', ''],
])('%s', (text, key, path) => {
  expect(findDuplicateKey(text)).toEqual(key === undefined ? undefined : { key, path });
});

it('finds none in what JSON.stringify wrote, and the one that is put into it', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.string(), (value, key) => {
      const text = JSON.stringify(value);
      expect(findDuplicateKey(text)).toBeUndefined();
      const { [key]: _, ...others } = value;
      const literal = JSON.stringify(key);
      const rest = JSON.stringify(others).slice(1, -1);
      const twice = `{${literal}:1,${rest === '' ? '' : `${rest},`}${literal}:2}`;
      expect(findDuplicateKey(twice)).toEqual({ key, path: '' });
    }),
  );
});
