import { describe, expect, it } from 'vitest';
import { convertRow } from '../read/convert.ts';
import { misfit } from './schema-fit.ts';
import { checkRowOf } from './validate.ts';
import type { RowIssue } from './validate-message.ts';

const tool = {
  type: 'function',
  function: {
    name: 'find_order',
    description: 'Finds an order.',
    parameters: {
      type: 'object',
      properties: { order: { type: 'string' }, limit: { type: 'integer', minimum: 1 } },
      required: ['order'],
    },
  },
};
const user = { role: 'user', content: 'Where is 12?' };
const call = (written: unknown = '{"order": "12"}', more: object = {}) => ({
  id: 'call_1',
  type: 'function',
  function: { name: 'find_order', arguments: written },
  ...more,
});
const calls = (...list: object[]) => ({ role: 'assistant', content: null, tool_calls: list });
const result = { role: 'tool', tool_call_id: 'call_1', content: 'sent' };
const answer = { role: 'assistant', content: 'It is sent.' };
const chat = (messages: object[], more: object = {}) => ({ messages, tools: [tool], ...more });

const told = (row: object, kind: keyof typeof checkRowOf = 'chat') => {
  const issues: RowIssue[] = [];
  checkRowOf[kind](row as Record<string, unknown>, (issue) => issues.push(issue));
  return issues.map(({ level, message }) => `${level}: ${message}`);
};

describe("rows in OpenAI's shapes", () => {
  it.each([
    ['a call as the answer', chat([user, calls(call())])],
    ['a call, its result and the answer', chat([user, calls(call()), result, answer])],
    ['content beside a call', chat([user, { ...calls(call()), content: 'Well.' }])],
    ['no content at all', chat([user, { role: 'assistant', tool_calls: [call()] }])],
    ['arguments as an object', chat([user, calls(call({ order: '12' }))])],
    ['one call at a time', chat([user, calls(call())], { parallel_tool_calls: false })],
    ['a result that says nothing', chat([user, calls(call()), { ...result, content: '' }, answer])],
    ['tools that nobody calls', chat([user, answer])],
  ])('%s', (_, row) => {
    expect(told(row)).toEqual([]);
  });

  it('become rows whose arguments are the text that they came as', () => {
    const written = '{"order": "12", "limit": 1.0}';
    expect(convertRow(chat([user, calls(call(written)), result, answer]), 'chat', 3)).toEqual({
      kind: 'chat',
      line: 3,
      tools: [tool],
      messages: [
        user,
        { role: 'assistant', content: '', tool_calls: [call(written)] },
        { role: 'tool', content: 'sent', tool_call_id: 'call_1' },
        answer,
      ],
    });
    const plain = convertRow({ messages: [user, answer], tools: null }, 'chat', 1);
    expect(plain).toEqual({ kind: 'chat', line: 1, messages: [user, answer] });
  });

  it('are preferred and judged alike', () => {
    const input = { messages: [user], tools: [tool] };
    const pair = { input, preferred_output: [calls(call())], non_preferred_output: [answer] };
    expect(told(pair, 'preference')).toEqual([]);
    expect(convertRow(pair, 'preference', 1)).toMatchObject({
      tools: [tool],
      preferred: { content: '', tool_calls: [call()] },
    });
    expect(told({ input, output: [calls(call())], label: true }, 'judged')).toEqual([]);
    const trl = { prompt: [user], tools: [tool], chosen: [calls(call())], rejected: [answer] };
    expect(told(trl, 'preference')).toEqual([]);
    expect(convertRow(trl, 'preference', 1)).toMatchObject({ tools: [tool], rejected: answer });
    const same = calls(call('{ "order":"12" }', { id: 'other' }));
    expect(told({ ...pair, non_preferred_output: [same] }, 'preference')).toEqual([
      expect.stringContaining('say the same'),
    ]);
    const wrong = calls(call('{"order": 12}'));
    expect(told({ ...pair, non_preferred_output: [wrong] }, 'preference')).toEqual([
      'error: the arguments of non_preferred_output[0].tool_calls[0] do not fit the tool "find_order": order is not of the type string',
    ]);
  });
});

describe('what is wrong is named', () => {
  const named = (name: string) => ({ ...tool, function: { ...tool.function, name } });
  it.each<[object, string]>([
    [
      chat([user, calls(call('{"order": "12"}', { function: { name: 'f', arguments: '{}' } }))]),
      'error: messages[1].tool_calls[0] calls "f", which is not one of its tools',
    ],
    [
      { messages: [user, calls(call())] },
      'error: messages[1].tool_calls[0] calls "find_order", but the row has no tools',
    ],
    [
      chat([user, calls(call('order 12'))]),
      'error: messages[1].tool_calls[0].function.arguments must be the text of a JSON object',
    ],
    [
      chat([user, calls(call('[]'))]),
      'error: messages[1].tool_calls[0].function.arguments must be the text of a JSON object',
    ],
    [
      chat([user, calls(call('{"limit": 3}'))]),
      'error: the arguments of messages[1].tool_calls[0] do not fit the tool "find_order": order is missing',
    ],
    [
      chat([user, calls(call()), { role: 'tool', content: 'sent' }, answer]),
      'error: messages[2].tool_call_id is missing',
    ],
    [
      chat([user, { ...result, tool_call_id: 'call_9' }, answer]),
      'error: messages[1] answers the call "call_9", which the message before it does not make',
    ],
    [
      chat([user, calls(call()), result, result, answer]),
      'error: messages[3] answers the call "call_1", which the message before it does not make',
    ],
    [
      chat([user, calls(call()), user, answer]),
      'warn: messages[1].tool_calls[0] is followed by no tool message with its id',
    ],
    [
      chat([{ ...user, tool_calls: [call()] }, answer]),
      'error: messages[0].tool_calls belongs to assistant messages only',
    ],
    [
      chat([user, { ...answer, tool_call_id: 'call_1' }]),
      'error: messages[1].tool_call_id belongs to tool messages only',
    ],
    [
      chat([user, calls(call(), call('{"order": "1"}', { id: 'b' }))], {
        parallel_tool_calls: false,
      }),
      'error: messages[1] has several calls, but parallel_tool_calls is false',
    ],
    [
      chat([user, answer], { parallel_tool_calls: 'yes' }),
      'error: parallel_tool_calls must be true or false',
    ],
    [
      chat([user, answer], { tools: [{ type: 'function' }] }),
      'error: tools[0] must be {"type": "function", "function": {"name": …, "parameters": …}}',
    ],
    [chat([user, answer], { tools: 'none' }), 'error: tools must be a list, not a string'],
    [
      chat([user, answer], { tools: [named('two words')] }),
      'error: tools[0].function.name must be at most 64 letters, digits and any of _ - . : /',
    ],
    [chat([user, answer], { tools: [tool, tool] }), 'error: tools names "find_order" twice'],
    [
      chat([user, answer], { tools: Array.from({ length: 129 }, (_, i) => named(`f${i}`)) }),
      'error: tools has 129 tools; at most 128 are taken',
    ],
    [
      { text: 'a', tools: [tool] },
      'error: tools cannot be trained: tools belong beside the messages of a chat',
    ],
  ])('%#: %s', (row, message) => {
    const kind = 'text' in row ? 'text' : 'chat';
    expect(told(row, kind).filter((each) => !each.includes('follows another'))).toEqual(
      expect.arrayContaining([message]),
    );
    const errors = told(row, kind).filter((each) => each.startsWith('error'));
    expect(errors).toHaveLength(message.startsWith('error') ? 1 : 0);
  });
});

describe('what fits a schema', () => {
  const list = { type: 'array', items: { type: 'number' }, minItems: 1, maxItems: 2 };
  it.each<[unknown, unknown, string | undefined]>([
    [{ type: 'object' }, {}, undefined],
    [{ type: 'dict' }, 5, undefined],
    [{ type: ['string', 'null'] }, null, undefined],
    [{ type: 'integer' }, 1.5, 'they are not of the type integer'],
    [{ enum: ['a', 'b'] }, 'c', 'the whole is not one of ["a","b"]'],
    [{ properties: { a: list } }, { a: [1, 'x'] }, 'a[1] is not of the type number'],
    [{ properties: { a: list } }, { a: [] }, 'a is shorter than minItems 1'],
    [{ properties: { a: list } }, { a: [1, 2, 3] }, 'a is longer than maxItems 2'],
    [{ additionalProperties: false }, { a: 1 }, '"a" is not one of the parameters'],
    [
      { properties: { a: { anyOf: [{ type: 'string' }, { const: 4 }] } } },
      { a: 5 },
      'a fits nothing of anyOf',
    ],
    [
      { properties: { a: { $ref: '#/$defs/x' } }, $defs: { x: { maximum: 3 } } },
      { a: 4 },
      'a is more than 3',
    ],
    [{ $ref: '#' }, { a: 4 }, undefined],
    [{ allOf: [{ required: ['b'] }] }, {}, 'b is missing'],
    [{ properties: { a: { maxLength: 1 } } }, { a: '👋' }, undefined],
    [{ properties: { a: { maxLength: 1 } } }, { a: 'ab' }, 'a is longer than maxLength 1'],
    [{ properties: { a: { exclusiveMinimum: 1 } } }, { a: 1 }, 'a is not more than 1'],
  ])('%j, %j', (schema, value, problem) => {
    expect(misfit(schema, value)).toBe(problem);
  });
});
