import { expect, it } from 'vitest';
import { type JsonLayout, jsonElements } from './json-elements.ts';

async function* chunks(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function read(text: string, layout: JsonLayout, { size = 3, most = 200 } = {}) {
  const found: unknown[] = [];
  for await (const element of jsonElements(chunks(text, size), layout, most)) {
    const { number, under, isAlone } = element;
    const what =
      'bytes' in element
        ? element.bytes.toString()
        : 'problem' in element
          ? element.problem.message
          : 'too long';
    found.push([number, what, ...(under === undefined ? [] : [isAlone ? `=${under}` : under])]);
  }
  return found;
}

it.each([1, 2, 7, 1000])('gives the elements of a list in chunks of %i bytes', async (size) => {
  const text = '\ufeff[\n {"a": "]},\\"\\\\"},\r\n[1, {"b": []}]\n, 12,"x"\n,null ]\n\n';
  expect(await read(text, 'array', { size })).toEqual([
    [2, '{"a": "]},\\"\\\\"}'],
    [3, '[1, {"b": []}]'],
    [4, '12'],
    [4, '"x"'],
    [5, 'null'],
  ]);
});

it('gives the members of an object, those of its lists one by one', async () => {
  const text = '{"version": "1.1",\n"da\\u0074a": [{"a": 1},\n{"a": 2}], "7": {"a": 3}, "e": []}';
  expect(await read(text, 'object')).toEqual([
    [1, '"1.1"', '=version'],
    [2, '{"a": 1}', 'data'],
    [3, '{"a": 2}', 'data'],
    [3, '{"a": 3}', '=7'],
  ]);
});

it('gives values in a row, the last of them a number', async () => {
  expect(await read('{\n"a": 1}\n\n{"a":\n2} 7', 'values')).toEqual([
    [1, '{\n"a": 1}'],
    [4, '{"a":\n2}'],
    [5, '7'],
  ]);
});

it('gives nothing of what is empty', async () => {
  for (const [text, layout] of [
    ['[ ]', 'array'],
    ['{}', 'object'],
    [' ', 'values'],
  ] as const)
    expect(await read(text, layout)).toEqual([]);
});

it('does not keep what is too long', async () => {
  const text = `[{"a": "${'x'.repeat(500)}"},\n{"a": 1}]`;
  expect(await read(text, 'array')).toEqual([
    [1, 'too long'],
    [2, '{"a": 1}'],
  ]);
});

it.each<[string, JsonLayout, number, string]>([
  ['[{"a": 1}\n', 'array', 2, 'the JSON array that begins on line 1 is not closed'],
  [
    '[{"a": 1},\n{"a": 2',
    'array',
    2,
    'the file ends in the middle of the JSON value that begins here',
  ],
  [
    '[{"a": 1}\n{"a": 2}]',
    'array',
    2,
    'a comma or "]" is missing between elements of the JSON array',
  ],
  ['[{"a": 1},\n]', 'array', 2, 'a value is missing before "]"'],
  ['[1]\n[2]', 'array', 2, 'something stands after the end of the JSON array'],
  ['{"a": 1\n', 'object', 2, 'the JSON object is not closed'],
  ['{"a": 1\n"b": 2}', 'object', 2, 'a comma or "}" is missing between members of the JSON object'],
  ['{"a": 1,\nb: 2}', 'object', 2, 'the name of a member of the JSON object is missing'],
  ['{"a"\n 1}', 'object', 2, '":" is missing after the name "a"'],
  ['{"\\x": 1}', 'object', 1, 'the name of a member of the JSON object is no text'],
  [
    `{"${'x'.repeat(2000)}": 1}`,
    'object',
    1,
    'the name of a member of the JSON object is longer than 1 KiB',
  ],
])('says where %j is no JSON', async (text, layout, line, message) => {
  expect((await read(text, layout)).at(-1)).toEqual([line, message]);
});
