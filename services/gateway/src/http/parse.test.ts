import { LatheError } from '@lathe/contracts/error';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { parseRequest } from './parse.ts';

const schema = z.strictObject({
  name: z.string().max(3),
  count: z.union([z.literal('auto'), z.number().int().min(1)]).optional(),
  items: z
    .array(z.strictObject({ kind: z.enum(['a', 'b']) }))
    .min(1)
    .optional(),
  pair: z.array(z.number()).length(2).optional(),
  share: z.number().gt(0).max(0.5).optional(),
  shape: z
    .discriminatedUnion('type', [
      z.strictObject({ type: z.literal('x') }),
      z.strictObject({ type: z.literal('y'), size: z.number() }),
    ])
    .optional(),
  content: z.union([z.string(), z.array(z.strictObject({ text: z.string() }))]).optional(),
  pairs: z.record(z.string().max(2), z.string()).optional(),
  bias: z.record(z.string().regex(/^\d+$/, 'a number is expected'), z.number()).optional(),
  limit: z.coerce.number().int().optional(),
});

test('what fits is returned', () => {
  expect(parseRequest(schema, { name: 'abc', count: 'auto' })).toEqual({
    name: 'abc',
    count: 'auto',
  });
});

test.each([
  [{}, 'missing_parameter', 'name', "Missing required parameter: 'name'."],
  [
    { name: null },
    'invalid_value',
    'name',
    "Invalid value for 'name': expected string, received null.",
  ],
  [{ name: 'a', extra: 1 }, 'unsupported_parameter', 'extra', "Unsupported parameter: 'extra'."],
  [{ name: 'a', count: 0 }, 'invalid_value', 'count', /: expected at least 1\.$/],
  [{ name: 'four' }, 'invalid_value', 'name', /: expected at most 3 characters\.$/],
  [{ name: 'a', items: [] }, 'invalid_value', 'items', /: expected at least 1 item\.$/],
  [{ name: 'a', pair: [1] }, 'invalid_value', 'pair', /: expected exactly 2 items\.$/],
  [{ name: 'a', share: 0 }, 'invalid_value', 'share', /: expected more than 0\.$/],
  [{ name: 'a', share: 0.6 }, 'invalid_value', 'share', /: expected at most 0\.5\.$/],
  [{ name: 'a', count: 'x' }, 'invalid_value', 'count', /expected "auto", or expected number/],
  [
    { name: 'a', items: [{ kind: 'a' }, { kind: 'c' }] },
    'invalid_value',
    'items[1].kind',
    /: expected one of "a"\|"b"\.$/,
  ],
  [{ name: 'a', items: [{}] }, 'missing_parameter', 'items[0].kind', /items\[0\]\.kind/],
  [{ name: 'a', items: [{ kind: 'a', z: 1 }] }, 'unsupported_parameter', 'items[0].z', /z/],
  [{ name: 'a', shape: { type: 'y' } }, 'missing_parameter', 'shape.size', /shape\.size/],
  [{ name: 'a', shape: { type: 'q' } }, 'invalid_value', 'shape.type', /shape\.type/],
  [{ name: 'a', content: [{ text: 1 }] }, 'invalid_value', 'content[0].text', /expected string/],
  [{ name: 'a', content: [{ image: 1 }] }, 'missing_parameter', 'content[0].text', /text/],
  ['text', 'invalid_value', null, /expected object/],
  [
    { name: 'a', shape: { type: 'q' } },
    'invalid_value',
    'shape.type',
    /: expected one of "x"\|"y"\.$/,
  ],
  [
    { name: 'a', count: 1.5 },
    'invalid_value',
    'count',
    /: expected "auto", or expected a whole number\.$/,
  ],
  [{ name: 'a', limit: 1.5 }, 'invalid_value', 'limit', /: expected a whole number\.$/],
  [{ name: 'a', limit: 'x' }, 'invalid_value', 'limit', /: expected a number\.$/],
  [{ name: 'a', pairs: 'x' }, 'invalid_value', 'pairs', /: expected object, received string\.$/],
  [
    { name: 'a', pairs: { abc: 'x' } },
    'invalid_value',
    'pairs.abc',
    /: its key is wrong: expected at most 2 characters\.$/,
  ],
  [
    { name: 'a', bias: { x: 1 } },
    'invalid_value',
    'bias.x',
    /: its key is wrong: a number is expected\.$/,
  ],
])('%j is refused with its path', (value, code, param, message) => {
  const parse = () => parseRequest(schema, value);
  expect(parse).toThrow(LatheError);
  expect(parse).toThrow(expect.objectContaining({ code, param }));
  expect(parse).toThrow(message);
});
