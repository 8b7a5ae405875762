import { expect, it } from 'vitest';
import { readJsonSchema } from './json-schema.ts';

const texts = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ type: 'string', maxLength: index + 1 }));

it('takes as many alternatives and values as can be followed at every token, and no more', () => {
  expect(() => readJsonSchema({ anyOf: texts(256) })).not.toThrow();
  expect(() => readJsonSchema({ anyOf: texts(257) })).toThrow('has 257 alternatives; at most 256');
  const nested = { anyOf: Array.from({ length: 20 }, () => ({ anyOf: texts(20) })) };
  expect(() => readJsonSchema({ type: 'array', items: nested })).toThrow(
    'items has 400 alternatives',
  );
  const values = (count: number) => Array.from({ length: count }, (_, index) => index);
  expect(() => readJsonSchema({ enum: values(5000) })).not.toThrow();
  expect(() => readJsonSchema({ enum: values(5001) })).toThrow('lists 5001 values');
});

it('counts the alternatives of each value by themselves, and those of one that names itself once', () => {
  const nullable = { anyOf: [{ type: 'string' }, { type: 'null' }] };
  const properties = Object.fromEntries(texts(300).map((_, index) => [`k${index}`, nullable]));
  expect(() => readJsonSchema({ type: 'object', properties })).not.toThrow();
  const list = { type: 'array', items: { $ref: '#/$defs/any' } };
  const any = { anyOf: [list, { $ref: '#/$defs/any' }, { type: 'string' }] };
  expect(() => readJsonSchema({ $ref: '#/$defs/any', $defs: { any } })).not.toThrow();
});
