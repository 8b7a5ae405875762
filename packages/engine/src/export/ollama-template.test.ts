import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createChatTemplate } from '@lathe/tokenizer/chat-template';
import { describe, expect, it } from 'vitest';
import { renderGoTemplate } from './go-template.ts';
import { conversations, deriveOllamaTemplate } from './ollama-template.ts';

/** bench/reference/ollama/templates.ts says how these were made. */
const recorded = JSON.parse(
  await readFile(join(import.meta.dirname, 'fixtures/ollama-templates.json'), 'utf8'),
) as {
  readonly templates: Readonly<Record<string, string>>;
  readonly rendered: Readonly<Record<string, readonly string[]>>;
};
const chats = join(import.meta.dirname, '../../../tokenizer/src/fixtures/chat');

function derive(text: string) {
  const variables = { bos_token: '<s>', eos_token: '</s>' };
  const chat = createChatTemplate(text, { source: 'test', variables });
  const render = (messages: Parameters<typeof chat.render>[0], open: boolean): string =>
    chat.render(messages, { addGenerationPrompt: open }).replace(/^<s>/, '');
  return { derived: deriveOllamaTemplate(render), render };
}

describe.each(Object.keys(recorded.templates))('%s', (name) => {
  it('has a template that Go renders as Jinja renders the chat template', async () => {
    const { derived, render } = derive(await readFile(join(chats, `${name}.jinja`), 'utf8'));
    expect(derived.template).toBe(recorded.templates[name]);
    for (const [at, messages] of conversations.entries()) {
      const rendered = recorded.rendered[name]?.[at];
      if (messages.at(-1)?.role === 'user') expect(rendered).toBe(render(messages, true));
    }
  });

  it('is rendered here as Go renders it', () => {
    for (const [at, messages] of conversations.entries()) {
      const found = renderGoTemplate(recorded.templates[name]!, {
        System: messages.find(({ role }) => role === 'system')?.content ?? '',
        Messages: messages.map(({ role, content }) => ({ Role: role, Content: content })),
      });
      expect(found).toBe(recorded.rendered[name]?.[at]);
    }
  });
});

const turns =
  "{%- for m in messages %}{{- '<|im_start|>' + m.role + '\\n' + m.content + '<|im_end|>\\n' }}{%- endfor %}{%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n' }}{%- endif %}";

it('keeps the system turn that a chat template has where none is given', () => {
  const given =
    "{%- if messages[0].role != 'system' %}{{- '<|im_start|>system\\nWork.<|im_end|>\\n' }}{%- endif %}";
  const { derived } = derive(given + turns);
  const rendered = renderGoTemplate(derived.template ?? '', {
    System: '',
    Messages: [{ Role: 'user', Content: 'q' }],
  });
  expect(rendered).toBe(
    '<|im_start|>system\nWork.<|im_end|>\n<|im_start|>user\nq<|im_end|>\n<|im_start|>assistant\n',
  );
  expect(derived).toMatchObject({ differences: [] });
});

it('keeps turns as tight as they are', () => {
  const { derived } = derive(
    "{%- for m in messages %}{%- if m.role == 'user' %}{{- '[INST]' + m.content + '[/INST]' }}{%- else %}{{- m.content + '<|im_end|>' }}{%- endif %}{%- endfor %}",
  );
  const Messages = [
    { Role: 'user', Content: 'q' },
    { Role: 'assistant', Content: 'yes' },
  ];
  expect(renderGoTemplate(derived.template ?? '', { System: '', Messages })).toBe(
    '[INST]q[/INST]yes<|im_end|>',
  );
});

it.each([
  ['counts its turns', `{{ messages | length }}${turns}`, 'depends on more than roles and places'],
  [
    'looks into a message',
    `{% if 'Hi' in messages[0].content %}!{% endif %}${turns}`,
    'depends on',
  ],
  ['leaves turns out', '{{ messages[-1].content }}', 'leaves messages out'],
  [
    'refuses answers',
    "{% for m in messages %}{% if m.role == 'assistant' %}{{ raise_exception('no') }}{% endif %}{{ m.content }}{% endfor %}",
    'refuses user, assistant',
  ],
])('has none for a chat template that %s', (_, text, reason) => {
  expect(derive(text).derived).toMatchObject({
    template: undefined,
    reason: expect.stringContaining(reason),
  });
});

it('has none for a chat template whose own texts are actions of the other language', () => {
  const derived = deriveOllamaTemplate((messages) =>
    messages.map(({ content }) => `{{${content}}}`).join(''),
  );
  expect(derived).toMatchObject({ reason: expect.stringContaining('braces') });
});

it('says what it cannot render as the chat template does', () => {
  const trimmed = derive(turns.replace('m.content', 'm.content | trim')).derived;
  expect(trimmed).toMatchObject({ differences: [expect.stringContaining('strips the blanks')] });
  const refusing = `{% if messages[0].role == 'system' %}{{ raise_exception('no system') }}{% endif %}${turns}`;
  expect(derive(refusing).derived).toMatchObject({
    differences: [expect.stringContaining('takes no system turn')],
  });
});

it.each([
  '{{ if . }}',
  '{{ end }}',
  '{{ .Role | upper }}',
  '{{ foo 1 }}',
  '{{ range .Messages }}{{ end }}',
])('refuses %s, which is outside the known part of the language', (template) => {
  expect(() => renderGoTemplate(template, { System: '', Messages: [] })).toThrow(SyntaxError);
});
