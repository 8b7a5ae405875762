import { expect, it } from 'vitest';
import { toFirstCall, toJsonSchema, toRequest, toRow } from './rows.ts';

const tools = [
  {
    name: 'find',
    parameters: { type: 'object', properties: { a: { type: 'number' } }, required: ['a'] },
  },
];
const conversation = (called: object, given: object[] = tools) => ({
  tools: given.length === 0 ? '' : JSON.stringify(given),
  conversations: [
    { from: 'human', value: 'q' },
    { from: 'function_call', value: JSON.stringify(called) },
    { from: 'observation', value: 'r' },
    { from: 'gpt', value: 'yes' },
    { from: 'human', value: 'thanks' },
  ],
});

it('writes calls and what they return as OpenAI does, up to the last answer', () => {
  expect(toRow(conversation({ name: 'find', arguments: { a: 1 } }))).toEqual({
    messages: [
      { role: 'user', content: 'q' },
      {
        role: 'assistant',
        tool_calls: [
          { id: 'call_1_0', type: 'function', function: { name: 'find', arguments: '{"a":1}' } },
        ],
      },
      { role: 'tool', tool_call_id: 'call_1_0', content: 'r' },
      { role: 'assistant', content: 'yes' },
    ],
    tools: [{ type: 'function', function: tools[0] }],
  });
});

it('leaves out what does not fit, and refuses who is not known', () => {
  expect(toRow(conversation({ name: 'find', arguments: { a: '1' } }))).toBeUndefined();
  expect(toRow(conversation({ name: 'find', arguments: {} }))).toBeUndefined();
  expect(toRow(conversation({ name: 'other', arguments: {} }))).toBeUndefined();
  const plain = { from: 'human', value: 'q' };
  expect(toRow({ tools: '', conversations: [plain] })).toBeUndefined();
  const answered = { tools: '', conversations: [plain, { from: 'gpt', value: 'a' }] };
  expect(toRow(answered)).not.toHaveProperty('tools');
  expect(() => toRow({ tools: '', conversations: [{ from: 'robot', value: '' }] })).toThrow(
    'nobody is called "robot"',
  );
});

it('cuts a conversation behind its first call, and none without one', () => {
  const row = toRow(conversation({ name: 'find', arguments: { a: 1 } })) as { messages: object[] };
  const { tools: same, messages } = row as { tools?: object; messages: object[] };
  expect(toFirstCall(row)).toEqual({ tools: same, messages: messages.slice(0, 2) });
  const plain = { messages: [{ role: 'user', content: 'q' }] };
  expect(toFirstCall(plain)).toBe(plain);
});

it("asks BFCL's questions with its schemas as JSON Schema", () => {
  const parameters = {
    type: 'dict',
    properties: {
      x: { type: 'float', optional: true },
      y: { type: 'tuple', items: { type: 'any' } },
    },
    required: ['x'],
  };
  const schema = {
    type: 'object',
    properties: { x: { type: 'number' }, y: { type: 'array', items: {} } },
    required: ['x'],
  };
  expect(toJsonSchema(parameters)).toEqual(schema);
  const question = {
    id: 'simple_0',
    question: [[{ role: 'user', content: 'q' }]],
    function: [{ name: 'f', description: 'd', parameters }],
  };
  expect(toRequest(question, 'm')).toMatchObject({
    model: 'm',
    messages: [{ role: 'user', content: 'q' }],
    tools: [{ type: 'function', function: { name: 'f', description: 'd', parameters: schema } }],
  });
});
