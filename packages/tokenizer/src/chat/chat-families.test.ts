/** Chat templates in the shapes of the known families against transformers (bench/reference/chat_templates.py). */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { TokenizerError } from '../error.ts';
import { createChatTemplate } from './chat-template.ts';
import type { Message } from './rendered-chat.ts';

type Input = [
  messages: Message[],
  options: { add_generation_prompt?: boolean; tools?: unknown[]; enable_thinking?: boolean },
];

const read = (name: string): string =>
  readFileSync(new URL(`../fixtures/chat/${name}`, import.meta.url), 'utf8');
const inputs = JSON.parse(read('inputs.json')) as Input[];
const conversations = JSON.parse(read('conversations.json')) as Input[];
/** By template, the start of the hash of each conversation's text, or "error". */
const hashes = JSON.parse(read('hashes.json')) as Record<string, string>;

beforeAll(() => {
  vi.useFakeTimers({ now: new Date(2026, 10, 5, 9, 7, 3), toFake: ['Date'] });
});
afterAll(() => {
  vi.useRealTimers();
});

describe.each([
  'llama2',
  'zephyr',
  'mistral',
  'gemma',
  'phi3',
  'qwen2',
  'qwen3',
  'llama3',
  'macros',
  'smollm2',
  'smollm3',
  'deepseek',
  'parameters',
])('%s', (name) => {
  const template = createChatTemplate(read(`${name}.jinja`), {
    source: `${name}.jinja`,
    variables: { bos_token: '<s>', eos_token: '</s>' },
  });
  const cases = JSON.parse(read(`${name}.json`)) as (string | { error: string })[];

  const renderInput = ([messages, given]: Input): string => {
    const { add_generation_prompt: addGenerationPrompt = false, tools, ...variables } = given;
    return template.render(messages, { addGenerationPrompt, tools, variables });
  };

  test.each(inputs.map((input, i) => [i, input] as const))('input %i', (i, input) => {
    const wanted = cases[i]!;
    if (typeof wanted === 'string') expect(renderInput(input)).toBe(wanted);
    else expect(() => renderInput(input)).toThrow(TokenizerError);
    if (typeof wanted !== 'string' && wanted.error.includes('alternate'))
      expect(() => renderInput(input)).toThrow(wanted.error);
  });

  test('280 conversations, with calls, thoughts and odd texts', () => {
    const wanted = hashes[name]!.split(' ');
    const wrong = conversations
      .map((input, i) => ({ i, input, wanted: wanted[i], got: digest(() => renderInput(input)) }))
      .filter((row) => row.wanted !== row.got);
    expect(wrong).toEqual([]);
    expect(wanted).toHaveLength(280);
    expect(wanted.filter((hash) => hash !== 'error').length).toBeGreaterThanOrEqual(200);
  });
});

function digest(render: () => string): string {
  try {
    return createHash('sha256').update(render()).digest('hex').slice(0, 8);
  } catch (error) {
    if (error instanceof TokenizerError) return 'error';
    throw error;
  }
}

test('what is printed before a loop is left is kept, and filters take filters', () => {
  const create = (text: string) => createChatTemplate(text, { source: 'odd.jinja' });
  const loop = (body: string): string => `{% for m in messages %}${body}{% endfor %}`;
  const messages = ['user', 'tool', 'assistant'].map((role) => ({ role }));
  expect(create(loop('{{ m.role }}{% break %}')).render(messages, {})).toBe('user');
  const guarded = loop('[{{ m.role }}{% if m.role == "tool" %}{% continue %}{% endif %}]');
  expect(create(guarded).render(messages, {})).toBe('[user][tool[assistant]');
  expect(
    create('{{ messages | map(attribute="role") | map("upper") | join }}').render(messages, {}),
  ).toBe('USERTOOLASSISTANT');
});

test('what cannot be rendered exactly is refused by name, with the file and the line', () => {
  const create = (text: string) => createChatTemplate(text, { source: 'odd.jinja' });
  expect(() => create('\n{{ messages | wordwrap }}')).toThrow(
    'odd.jinja: the chat template cannot be rendered exactly: the filter "wordwrap" is not supported (line 2 of the template)',
  );
  expect(() => create('{% include "x" %}')).toThrow('the tag "include" is not supported');
  expect(() => create('{{ messages }}{{ messages | pprint').render([], {})).toThrow(
    'does not parse',
  );
});

test('null fields are left out, and thoughts are there under the names that templates read', () => {
  const show = createChatTemplate('{{ messages | tojson }}', { source: 'show.jinja' });
  const render = (message: Message): unknown => JSON.parse(show.render([message], {}))[0];
  expect(
    render({ role: 'assistant', content: null, weight: 0, name: null, tool_calls: [null] }),
  ).toEqual({ role: 'assistant', tool_calls: [null] });
  for (const field of ['reasoning_content', 'thinking', 'reasoning'])
    expect(render({ role: 'assistant', content: 'a', [field]: 'why' })).toEqual({
      role: 'assistant',
      content: 'a',
      [field]: 'why',
      thinking: 'why',
      reasoning_content: 'why',
    });
});
