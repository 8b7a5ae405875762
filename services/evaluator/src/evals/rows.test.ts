import { openFileStore } from '@lathe/platform/artifacts/file';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { expect, it } from 'vitest';
import { messagesOf } from './messages.ts';
import { readRows } from './rows.ts';
import { addUsage, createTally } from './tally.ts';

/** The rows of a text that came with a request, with a limit of 3 rows of 64 bytes. */
async function read(text: string, itemSchema?: Record<string, unknown>) {
  await using folder = await tempFolder();
  const artifacts = await openFileStore(folder.path);
  const key = 'p/eval-runs/evalrun_1/rows.jsonl';
  const object = { key, ...(await artifacts.put(key, Buffer.from(text))) };
  const ports = { artifacts, files: {}, settings: { evalRows: 3, evalRowBytes: 64 } } as never;
  const rows = { kind: 'inline', object } as const;
  return await Array.fromAsync(
    readRows(ports, { project: 'p', rows, ...(itemSchema && { itemSchema }) }),
  );
}

it('reads rows in their order, over empty lines', async () => {
  expect(await read('{"item":{"a":1}}\n\n{"item":{},"sample":{"output_text":"x"}}')).toEqual([
    { index: 0, item: { a: 1 } },
    { index: 1, item: {}, sample: { output_text: 'x' } },
  ]);
});

it.each([
  ['', 'The content has no rows.'],
  [
    '{"item":{}}\n{"item":1}',
    'Line 2 of the content is no row: item: expected object, received number; a row',
  ],
  [
    '{"item":{}}\n{"row":{}}',
    'Line 2 of the content is no row: item: it is missing; a row is like',
  ],
  ['\n{"item"', 'Line 2 of the content is not JSON in UTF-8: '],
  [`{"item":{"a":"${'x'.repeat(64)}"}}`, 'Line 1 of the content is longer than 64 bytes'],
  ['{"item":{}}\n'.repeat(4), 'The content has more than 3 rows'],
])('says what is wrong with %j', async (text, message) => {
  await expect(read(text)).rejects.toThrow(message);
});

it("holds rows against the eval's item_schema, by line and field", async () => {
  const schema = {
    type: 'object',
    properties: { id: { type: 'string', pattern: '^\\d+$' } },
    required: ['id'],
  };
  expect(await read('{"item":{"id":"1"}}\n{"item":{"id":"22","other":1}}', schema)).toHaveLength(2);
  const not = (text: string) => expect(read(text, schema)).rejects;
  await not('{"item":{"id":"1"}}\n\n{"item":{"id":"x"}}').toThrow(
    'Line 3 of the content does not fit the eval\'s item_schema: item.id is "x", which does not match',
  );
  await not('{"item":{}}').toThrow('Line 1 of the content does not fit');
  await expect(read('{"item":{}}', { $ref: '#' })).rejects.toThrow(
    "cannot be checked against the eval's item_schema: leads through more than 1000 schemas",
  );
  await expect(read('{"item":{}}', { pattern: '(?<=a)b' })).rejects.toThrow(
    "cannot be checked against the eval's item_schema: pattern ",
  );
});

it('no pattern of a schema takes long over a row', async () => {
  const schema = { properties: { a: { pattern: '^(?:a+)+$' } } };
  await expect(read(`{"item":{"a":"${'a'.repeat(40)}!"}}`, schema)).rejects.toThrow('item.a is');
});

it('messages are a template with the row in it, or those in the row', () => {
  const item = { text: 'Hi', chat: [{ role: 'user', content: [{ type: 'text', text: 'Ho' }] }] };
  const template = [
    {
      role: 'user' as const,
      content: ['{{ item.text }}', { type: 'input_text' as const, text: '!' }],
    },
  ];
  expect(messagesOf({ kind: 'template', template }, item)).toEqual([
    { role: 'user', content: 'Hi\n!' },
  ]);
  expect(messagesOf({ kind: 'reference', path: 'item.chat' }, item)).toEqual([
    { role: 'user', content: 'Ho' },
  ]);
  expect(() => messagesOf({ kind: 'reference', path: 'item.text' }, item)).toThrow(
    'item.text is no list of messages: expected array, received ',
  );
  expect(() => messagesOf({ kind: 'reference', path: 'item.constructor' }, item)).toThrow(
    'cannot be filled',
  );
});

it('a criterion that cannot judge a row counts on neither side', () => {
  const usage = {
    model_name: 'm',
    invocation_count: 1,
    prompt_tokens: 2,
    completion_tokens: 3,
    total_tokens: 5,
    cached_tokens: 0,
  };
  const result = { name: 'a', type: 'string_check', score: 0, sample: null };
  const tally = createTally(['a']);
  tally.add({ status: 'pass', results: [{ ...result, passed: true }], usage: [usage] });
  tally.add({ status: 'fail', results: [{ ...result, passed: false }], usage: [usage] });
  tally.add({
    status: 'error',
    results: [{ ...result, passed: false, error: { message: '', flags: {} as never } }],
    usage: [],
  });
  expect(tally.now(4)).toEqual({
    counts: { total: 4, passed: 1, failed: 1, errored: 1 },
    criteria: [{ testing_criteria: 'a', passed: 1, failed: 1 }],
    usage: [
      { ...usage, invocation_count: 2, prompt_tokens: 4, completion_tokens: 6, total_tokens: 10 },
    ],
  });
  expect(addUsage([{ ...usage, model_name: 'z' }], [usage]).map((each) => each.model_name)).toEqual(
    ['m', 'z'],
  );
});
