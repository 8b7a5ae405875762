/** What is rendered with signs in the place of texts holds for every text of which nothing is but what was taken for granted. */

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createChatTemplate } from '../../chat/chat-template.ts';
import type { Message } from '../../chat/rendered-chat.ts';
import { Undecided, UnknownTexts } from './unknown-texts.ts';

const each = (body: string) => `{% for m in messages %}${body}{% endfor %}`;
const signs = ['\ue000', '\ue001', '\ue002'];
const roles = ['system', 'user', 'assistant'];
const saying = (contents: readonly string[]): Message[] =>
  contents.map((content, at) => ({ role: roles[at] as string, content }));

const piece = fc.constantFrom(
  ...['a', 'b1', '</think>', '<think>', '/no_think', '<', '-', ' ', '\n', '\t', 'system', '{', '"'],
);
const contents = fc.tuple(
  ...signs.map(() =>
    fc
      .array(piece, { minLength: 1, maxLength: 4 })
      .map((pieces) => pieces.join(''))
      .filter((text) => text.trim() !== ''),
  ),
);

function holds({ tight, lacking }: UnknownTexts, texts: readonly string[]): boolean {
  return (
    signs.every((sign, at) => !tight.has(sign) || texts[at]?.trim() === texts[at]) &&
    [...lacking].every((part) => texts.every((text) => !text.includes(part)))
  );
}

it.each([
  each('{{ m.content }}'),
  each("{{ '<' + m['role'] + '>' + m['content'] }}{{ m.role ~ m.content }}"),
  each("{% if m.role == 'user' and not loop.first %}{{ m.content }}{% else %}-{% endif %}"),
  each('{% generation %}{{ m.content }}{% endgeneration %}'),
  `{% set first = messages[0].role %}${each("{% if first == 'a' %}{{ m.content }}{% endif %}")}`,
  each('{% if m.content and not m.tool_calls %}{{ m.content + eos_token }}{% endif %}'),
  each('{{ m.content | trim }}|{{ m.content.lstrip("\\n") }}|{{ m.content.rstrip() }}'),
  each("{{ (' ' + m.content + '- ') | trim }}"),
  each("{{ m.content or 'none' }}{{ m.content if m.content is string else 1 }}"),
  each("{% if '</think>' in m.content %}a{% endif %}{{ m.content.split('</think>')[-1] }}"),
  each("{% if m.content.startswith('<') or m.content.endswith(('b', '-')) %}a{% endif %}"),
  each("{{ m.content.replace('/no_think', '') | string | trim }}"),
  each('{% set x = m.content %}{{ x }}{% set y %}[{{ m.content }}]{% endset %}{{ y ~ x }}'),
  '{% macro f(m, n) %}{{ n }}{{ m.content }}{% endmacro %}{{ f(messages[0], 1) + f(messages[1], 2) }}',
  `{% set rest = messages[1:] %}{% for m in rest | reverse %}{{ m.content }}{% endfor %}`,
  each(
    "{% if m.content is not none and m.content != none and m.content != '' %}{{ m.content }}{% endif %}",
  ),
  "{% for m in messages | selectattr('role', 'equalto', 'user') %}{{ m.content | default('') }}{% endfor %}",
  `{% set ns = namespace(x='') %}${each('{% set ns.x = ns.x + m.content %}')}{{ ns.x }}`,
  each(
    "{% if m.content is mapping or m.content is number %}a{% else %}{{ m['content'] }}{% endif %}",
  ),
  '{{ messages | length }}{% for m in messages recursive %}{{ m.content }}{% endfor %}',
  "{{ messages | map(attribute='role') | join(',') }}{% if messages[0] == messages[1] %}a{% endif %}",
])('is the same for texts that are known: %s', (source) => {
  const settings = { source: 'template', variables: { eos_token: '</s>' } };
  const template = createChatTemplate(source, settings);
  const unknown = new UnknownTexts(signs);
  const { text, tagged } = template.withUnknown(unknown).renderTagged(saying(signs), {});
  fc.assert(
    fc.property(contents, (texts) => {
      fc.pre(holds(unknown, texts));
      const real = template.renderTagged(saying(texts), {});
      const placed = signs.reduce((all, sign, at) => all.replaceAll(sign, texts[at] ?? ''), text);
      expect(real.text).toBe(placed);
      expect(real.tagged?.length).toBe(tagged?.length);
    }),
    // Of some templates one of forty texts will do: all runs are of such.
    { numRuns: 100, maxSkipsPerRun: 1000 },
  );
});

it.each([
  each('{{ m.content * 2 }}'),
  each("{% if m.content == 'a' %}a{% endif %}"),
  each("{% if m.content in ['a', 'b'] %}a{% endif %}{% if m.content in 'abc' %}a{% endif %}"),
  each('{{ m }}'),
  each("{{ m['con' + 'tent'] | length }}"),
  each("{{ ('a' | safe) + m.content }}{{ m.content | safe }}"),
  each('{{ m.items() | list }}'),
  each('{{ loop.previtem.content | length if loop.previtem else 1 }}'),
  each('{% set x = m.content %}{{ x | length }}'),
  each('{% set x %}{{ m.content }}{% endset %}{{ x | length }}'),
  each('{% filter upper %}{{ m.content }}{% endfilter %}'),
  '{% macro f(m) %}{{ m.content }}{% endmacro %}{{ f(messages[0]) | upper }}',
  '{% for m in messages recursive %}{{ m.content[0] }}{% endfor %}',
  '{{ messages[0].content[1:] }}',
  each('{{ {m.content: 1} }}'),
  each('{{ m[m.content] }}'),
  '{% if messages[0].content < messages[1].content %}a{% endif %}',
  "{% for m in messages if m.content == 'a' %}a{% endfor %}",
  "{% for m in messages | sort(attribute='content') %}a{% endfor %}",
  "{% for m in messages | unique(attribute='content') %}a{% endfor %}",
  "{% for m in messages | selectattr('content', 'equalto', 'a') %}a{% endfor %}",
  each('{% for letter in m.content %}{{ letter }}{% endfor %}'),
  '{{ messages | tojson }}',
  "{{ '%s' % messages[0].content }}",
  "{{ '{}'.format(messages[0].content) }}",
  "{{ '-'.join([messages[0].content]) }}{{ [messages[0].content] | join }}",
  each("{{ m.content | replace('a', 'b') }}"),
  each("{{ m.content.strip('a') }}"),
  each("{{ ('a' + m.content).startswith('ab') }}"),
  each('{{ m.content.upper() }}{{ m.content.split() }}'),
  each('{% if loop.changed(m.content) %}a{% endif %}'),
  "{% if messages[0].content == messages[1].content %}a{% endif %}{{ 'a'.count(messages[0].content) }}",
])('does not say what a template makes of texts that it looks at: %s', (source) => {
  const template = createChatTemplate(source, { source: 'template' });
  const unknown = new UnknownTexts(signs);
  expect(() => template.withUnknown(unknown).render(saying(signs), {})).toThrow(Undecided);
});

it('tells where texts with signs differ', () => {
  const unknown = new UnknownTexts(signs);
  expect(unknown.startsWith('a\ue000b', 'a\ue000')).toBe(true);
  expect(unknown.startsWith('a\ue000', 'a\ue000b')).toBe(false);
  expect(unknown.startsWith('a\ue000b', 'ac')).toBe(false);
  expect(unknown.notFirst).toEqual([{ sign: '\ue000', character: 'c' }]);
  expect(() => unknown.startsWith('a\ue000', 'a\ue001')).toThrow(Undecided);
  expect(unknown.endsWith('a\ue000\n', '\ue000')).toBe(true);
  expect(unknown.endsWith('\ue000>\n', '\ue000')).toBe(false);
  expect(unknown.notLast).toEqual([{ sign: '\ue000', character: '>' }]);
});

it('says that a template asks for the time', () => {
  const template = createChatTemplate("{{ strftime_now('%Y') }}", { source: 'template' });
  const unknown = new UnknownTexts(signs);
  template.withUnknown(unknown).render(saying(signs), {});
  expect(unknown.asksTime).toBe(true);
});
