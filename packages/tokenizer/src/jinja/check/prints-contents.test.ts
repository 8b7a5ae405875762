import { expect, it } from 'vitest';
import { compileTemplate } from '../template.ts';

const each = (body: string) => `{% for m in messages %}${body}{% endfor %}`;

it.each([
  each('{{ m.content }}'),
  each("{{ '<' + m['role'] + '>' + m['content'] }}{{ m.role ~ m.content }}"),
  each("{% if m.role == 'user' and not loop.first %}{{ m.content }}{% else %}-{% endif %}"),
  each('{% generation %}{{ m.content }}{% endgeneration %}'),
  `{% if messages[0]['role'] != 'system' %}{{ 'x' | upper }}{% endif %}${each('{{ m.content }}')}`,
  `{% set first = messages[0].role %}${each("{% if first == 'a' %}{{ m.content }}{% endif %}")}`,
  each('{% if m.content and not m.tool_calls %}{{ m.content + eos_token }}{% endif %}'),
  each("{% if messages[loop.index0 - 1].role != 'tool' %}{{ m.content }}{% endif %}"),
  `{{ messages | length }}{{ raise_exception('no') if messages[0].role == 'x' }}`,
])('prints contents as they are: %s', (source) => {
  expect(compileTemplate(source).printsContents).toBe(true);
});

it.each([
  each('{{ m.content | trim }}'),
  each('{{ m.content * 2 }}'),
  each("{{ m.content or 'none' }}{% if m.content == 'a' %}a{% endif %}"),
  each("{% if 'a' in m.content %}a{% endif %}"),
  each('{{ m }}'),
  each("{{ m[key] }}{{ m['con' + 'tent'] | length }}"),
  each("{{ ('a' | safe) + m.content }}"),
  each('{{ m.content if m.content else 1 }}'),
  each('{{ m.items() | list }}'),
  each('{{ loop.previtem.content | length }}'),
  each('{% set x = m.content %}{{ x | length }}'),
  each('{% set ns.x = m %}'),
  each('{% set x %}{{ m.content }}{% endset %}{{ x | length }}'),
  each('{% filter upper %}{{ m.content }}{% endfilter %}'),
  '{% macro f(m) %}{{ m.content | length }}{% endmacro %}{{ f(messages[0]) }}',
  '{{ messages[0].content | length }}',
  '{% if messages[0].content | length > 3 %}a{% endif %}',
  each('{{ messages[m.content].role }}'),
  `{% set eos_token = 1 %}${each('{{ m.content + eos_token }}')}`,
  '{% for m in messages[1:] %}{{ m.content }}{% endfor %}',
  '{% for m in messages | reverse %}{{ m.content }}{% endfor %}',
  "{% for m in messages if m.content == 'a' %}a{% endfor %}",
  '{% for k, v in messages %}{{ v }}{% endfor %}',
  '{% for m in messages recursive %}{{ m.content }}{% endfor %}',
  `{% set messages = [] %}${each('{{ m.content }}')}`,
  `${each('{% set m = [m.role] %}{{ m }}')}`,
  `${each('{{ m.content }}')}{{ strftime_now('%S') }}`,
  '{{ messages | tojson }}',
])('does more with contents, or may: %s', (source) => {
  expect(compileTemplate(source).printsContents).toBe(false);
});
