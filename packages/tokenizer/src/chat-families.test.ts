/** Chat templates in the shapes of the known families against Jinja2 (bench/reference/chat_templates.py). */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createChatTemplate, type Message } from './chat-template.ts';

type Input = [
  messages: Message[],
  options: { add_generation_prompt?: boolean; tools?: unknown[]; enable_thinking?: boolean },
];

const read = (name: string): string =>
  readFileSync(new URL(`./fixtures/chat/${name}`, import.meta.url), 'utf8');
const inputs = JSON.parse(read('inputs.json')) as Input[];

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
])('%s', (name) => {
  const template = createChatTemplate(read(`${name}.jinja`), {
    source: `${name}.jinja`,
    variables: { bos_token: '<s>', eos_token: '</s>' },
  });
  const cases = JSON.parse(read(`${name}.json`)) as (string | { error: string })[];

  test.each(inputs.map((input, i) => [i, input] as const))('input %i', (i, [messages, given]) => {
    const { add_generation_prompt: addGenerationPrompt = false, tools, ...variables } = given;
    const render = (): string =>
      template.render(messages, { addGenerationPrompt, tools, variables });
    const wanted = cases[i]!;
    if (typeof wanted === 'string') expect(render()).toBe(wanted);
    else expect(render).toThrow(wanted.error);
  });
});

test('what the engine would render wrongly is refused', () => {
  const create = (text: string) => createChatTemplate(text, { source: 'odd.jinja' });
  const loop = (body: string): string => `{% for m in messages %}${body}{% endfor %}`;
  for (const lost of [
    '{{ m.role }}{% break %}',
    '{% if m.a %}a{% endif %}{% if m.b %}{% continue %}{% endif %}',
  ])
    expect(() => create(loop(lost))).toThrow(
      'odd.jinja: the chat template prints before {% break %}',
    );
  const guarded = loop('{% if m.role == "tool" %}{% continue %}{% endif %}[{{ m.role }}]');
  const messages = ['user', 'tool', 'assistant'].map((role) => ({ role }));
  expect(create(guarded).render(messages, {})).toBe('[user][assistant]');
  expect(() => create('{{ messages | map("upper") | join }}').render(messages, {})).toThrow(
    '`map`',
  );
});
