import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { convertRow } from '../read/convert.ts';
import { checkRowOf } from './validate.ts';
import type { RowIssue } from './validate-message.ts';

const chat = (message: object = {}, row: object = {}) => ({
  messages: [
    { role: 'user', content: 'q' },
    { role: 'assistant', content: 'a', ...message },
  ],
  ...row,
});
const answer = (content: unknown, more: object = {}) => [{ role: 'assistant', content, ...more }];
const pair = (change: object = {}, input: object = {}) => ({
  input: { messages: [{ role: 'user', content: 'q' }], ...input },
  preferred_output: answer('yes'),
  non_preferred_output: answer('no'),
  ...change,
});
const told = (row: unknown, kind: keyof typeof checkRowOf = 'chat') => {
  const issues: RowIssue[] = [];
  checkRowOf[kind](row as Record<string, unknown>, (issue) => issues.push(issue));
  return issues.map(({ level, message }) => `${level}: ${message}`);
};

describe('what asks for nothing is taken', () => {
  it.each<[string, object]>([
    ['tools: []', { tools: [] }],
    ['tools: null', { tools: null }],
    ['functions: []', { functions: [] }],
    ['parallel_tool_calls: true', { parallel_tool_calls: true }],
    ['parallel_tool_calls: false', { tools: null, parallel_tool_calls: false }],
    ['parallel_tool_calls: null', { parallel_tool_calls: null }],
    ['tool_choice', { tool_choice: 'none', function_call: 'auto' }],
    ['metadata', { metadata: { team: 'a' } }],
    ['a null of another key', { response_format: null, prompt: null }],
  ])('%s beside the messages', (_, more) => {
    expect(told(chat({}, more))).toEqual([]);
    expect(told(pair({}, more), 'preference')).toEqual([]);
    expect(
      told({ ...pair({}, more), ...more, preferred_output: answer('yes') }, 'preference'),
    ).toEqual([]);
    const { input } = pair({}, more);
    expect(told({ input, output: answer('yes'), label: true, ...more }, 'judged')).toEqual([]);
  });

  it.each<[string, object]>([
    [
      'every field of an answer of the API, empty',
      {
        refusal: null,
        annotations: [],
        audio: null,
        tool_calls: null,
        function_call: null,
        name: null,
        weight: null,
      },
    ],
    ['empty tool_calls', { tool_calls: [] }],
    ['labels', { id: 'msg_1', metadata: {}, created_at: 5 }],
    ['a null of another key', { end_turn: null, content_parts: null, reasoning_content: null }],
  ])('%s in a message', (_, more) => {
    expect(told(chat(more))).toEqual([]);
    expect(told(pair({ preferred_output: answer('yes', more) }), 'preference')).toEqual([]);
  });

  it("reads OpenAI's own shapes into the same rows as plain ones", () => {
    const lines = (name: string) =>
      readFileSync(new URL(`./fixtures/${name}`, import.meta.url), 'utf8')
        .trim()
        .split('\n')
        .map((line): unknown => JSON.parse(line));
    for (const row of lines('chat-with-null-tools.jsonl')) {
      expect(told(row)).toEqual([]);
      expect(convertRow(row, 'chat', 1)).toMatchObject({
        messages: [{ role: 'user' }, { role: 'assistant', content: 'Station Road.' }],
      });
    }
    for (const row of lines('preference-with-empty-tools.jsonl')) {
      expect(told(row, 'preference')).toEqual([]);
      expect(convertRow(row, 'preference', 1)).toMatchObject({
        rejected: { role: 'assistant', content: 'Look it up.' },
      });
    }
  });
});

describe('what asks for something is refused by its name', () => {
  it.each<[object, string]>([
    [{ functions: [{ name: 'f' }] }, 'functions cannot be trained: write them as tools'],
    [{ tool_choice: 'required' }, 'tool_choice cannot be trained'],
    [{ prompt: 'a' }, 'prompt does not belong here'],
  ])('%j', (more, message) => {
    expect(told(chat({}, more))).toEqual([expect.stringContaining(`error: ${message}`)]);
    const row = pair({}, more);
    expect(told(row, 'preference')).toEqual([expect.stringContaining(`error: ${message}`)]);
  });

  it.each<[object, string]>([
    [{ content: null, refusal: 'no' }, 'refusal cannot be trained'],
    [
      { content: null, function_call: { name: 'f' } },
      'function_call cannot be trained: write it as tool_calls',
    ],
    [{ audio: { id: 'x' } }, 'audio cannot be trained'],
    [{ annotations: [{ type: 'url_citation' }] }, 'annotations cannot be trained'],
    [{ reasoning_content: 'hm' }, 'reasoning_content cannot be trained'],
    [{ wieght: 1 }, 'has the unknown key "wieght"'],
  ])('%j, and nothing else is said', (more, message) => {
    expect(told(chat(more))).toEqual([expect.stringContaining(message)]);
  });

  it('names what a text part has beside its text', () => {
    const content = [{ type: 'text', text: 'a', cache_control: { type: 'x' }, annotations: [] }];
    expect(told(chat({ content }))).toEqual([
      'warn: the key "cache_control" of messages[1].content[0] is not used',
    ]);
  });

  it('takes no key for one that every object inherits', () => {
    const row: unknown = JSON.parse(
      '{"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a", "__proto__": {"weight": 0}}], "__proto__": {"tools": 1}, "constructor": 1}',
    );
    expect(told(row)).toEqual([
      'error: messages[1] has the unknown key "__proto__"',
      'warn: the key "__proto__" is not used',
      'warn: the key "constructor" is not used',
    ]);
  });
});

describe('two outputs that say the same', () => {
  it.each<[string, unknown, unknown]>([
    ['the same text', 'yes', 'yes'],
    ['blanks around', 'yes', ' yes\n'],
    ['a part', 'yes', [{ type: 'text', text: 'yes' }]],
    [
      'several parts',
      [
        { type: 'text', text: 'y' },
        { type: 'text', text: 'es' },
      ],
      'yes',
    ],
    ['line ends', 'a\nb', 'a\r\nb'],
    ['composed accents', 'caf\u00e9', 'cafe\u0301'],
  ])('%s', (_, one, other) => {
    const row = pair({
      preferred_output: answer(one, { refusal: null }),
      non_preferred_output: answer(other, { weight: null }),
    });
    expect(told(row, 'preference')).toEqual([expect.stringContaining('say the same')]);
  });

  it.each([
    ['a b', 'a  b'],
    ['a', 'A'],
  ])('%j and %j do not', (one, other) => {
    const row = pair({ preferred_output: answer(one), non_preferred_output: answer(other) });
    expect(told(row, 'preference')).toEqual([]);
  });
});
