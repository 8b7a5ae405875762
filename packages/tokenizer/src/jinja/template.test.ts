import { describe, expect, test } from 'vitest';
import { defaultLimits } from './budget.ts';
import { JinjaError } from './error.ts';
import { compileTemplate } from './template.ts';

const limits = { ...defaultLimits, steps: 10_000, characters: 10_000, builtCharacters: 100_000 };

function failure(template: string, variables: Record<string, unknown> = {}): JinjaError {
  try {
    compileTemplate(template).render(variables, { limits });
  } catch (error) {
    if (error instanceof JinjaError) return error;
    throw error;
  }
  throw new Error(`${template} was rendered`);
}

describe('a template that would not end, or fill the memory', () => {
  test.each([
    [
      '{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}',
      'takes more than 10000 steps',
    ],
    [
      '{% for a in range(200) %}{{ range(9999) | list | length }}{% endfor %}',
      'takes more than 10000 steps',
    ],
    ["{{ 'x' * 10 ** 9 }}", 'builds a text of more than 10000 characters'],
    ["{{ 'x'.center(10 ** 12) }}", 'builds a text of more than 10000 characters'],
    ["{{ '%1000000000d' % 1 }}", 'builds a text of more than 10000 characters'],
    ["{{ '{:>1000000000}'.format(1) }}", 'builds a text of more than 10000 characters'],
    ["{{ '%.999999999f' % 1 }}", 'builds a text of more than 10000 characters'],
    ["{{ ('x' * 99).replace('x', 'y' * 9999) }}", 'builds a text of more than 10000 characters'],
    ["{{ ('x' * 99) | replace('', 'y' * 9999) }}", 'builds a text of more than 10000 characters'],
    ["{{ ('y' * 9999).join('x' * 99) }}", 'builds a text of more than 10000 characters'],
    ["{{ 'a\\nb' | indent(10 ** 10) }}", 'builds a text of more than 10000 characters'],
    ['{{ [1] | tojson(indent=10 ** 10) }}', 'builds a text of more than 10000 characters'],
    [
      "{% set ns = namespace(t='x') %}{% for i in range(99) %}{% set ns.t = ns.t + ns.t %}{% endfor %}",
      'builds a text of more than 10000 characters',
    ],
    [
      "{% set ns = namespace(t='x' * 900) %}{% for i in range(999) %}{% set ns.t = ns.t.upper() %}{% endfor %}",
      'builds more than 100000 characters in all',
    ],
    [
      "{% for i in range(99) %}{{ 'x' * 999 }}{% endfor %}",
      'builds a text of more than 10000 characters',
    ],
    ['{{ ([0] * 10 ** 9) | length }}', 'takes more than 10000 steps'],
    [
      '{% set ns = namespace(l=[1]) %}{% for i in range(99) %}{% set ns.l = ns.l + ns.l %}{% endfor %}',
      'takes more than 10000 steps',
    ],
    ["{{ [1] | batch(10 ** 9, 'x') | list }}", 'takes more than 10000 steps'],
    ['{{ [1] | slice(10 ** 9) | list }}', 'takes more than 10000 steps'],
    [
      '{% set ns = namespace(x=[1]) %}{% for i in range(40) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ ns.x }}',
      'takes more than 10000 steps',
    ],
    [
      '{% set ns = namespace(x=[1], y=[1]) %}{% for i in range(40) %}{% set ns.x = [ns.x, ns.x] %}{% set ns.y = [ns.y, ns.y] %}{% endfor %}{{ ns.x == ns.y }}',
      'takes more than 10000 steps',
    ],
    [
      "{% set s = 'ab' * 4000 %}{% for i in range(999) %}{{ 'x' in s }}{% endfor %}",
      'takes more than 10000 steps',
    ],
    [
      '{% macro m(n) %}{{ m(n) }}{% endmacro %}{{ m(1) }}',
      'calls itself more than 100 levels deep',
    ],
    [
      '{% for n in t recursive %}{{ loop(t) }}{% endfor %}',
      'calls itself more than 100 levels deep',
    ],
    [`{{ ${'('.repeat(100_000)}1${')'.repeat(100_000)} }}`, 'nested too deep'],
    [`{% if 1 %}`.repeat(100_000), 'nested too deep'],
  ])('%.80s', (template, message) => {
    const error = failure(template, { t: [1] });
    expect(error.kind).toBe('budget');
    expect(error.message).toContain(message);
  });

  test('integers stay within a size', () => {
    for (const template of [
      '{{ 10 ** 100000 }}',
      '{% set ns = namespace(n=3) %}{% for i in range(99) %}{% set ns.n = ns.n * ns.n %}{% endfor %}',
    ])
      expect(failure(template).message).toContain('an integer of more than 32768 bits');
  });

  test('values nested without end are refused', () => {
    let deep: unknown = 1;
    for (let i = 0; i < 100_000; i++) deep = [deep];
    expect(failure('{{ deep | tojson }}', { deep }).message).toContain('nested too deep');
  });

  test('a long conversation is far from any limit', () => {
    const messages = Array.from({ length: 5000 }, (_, i) => ({
      role: i % 2 === 0 ? 'user' : 'assistant',
      content: `  message ${i}  `,
    }));
    const template = compileTemplate(
      "{% for m in messages %}{{ '<' ~ m.role ~ '>' + m['content'] | trim + '</>' }}{% if loop.last %}.{% endif %}{% endfor %}",
    );
    expect(
      template.render({ messages }, { limits: { ...defaultLimits, steps: 200_000 } }),
    ).toHaveLength(
      messages.reduce((sum, { role, content }) => sum + role.length + content.trim().length + 5, 1),
    );
  });
});

describe('errors', () => {
  test('they name the line, but for what the template says itself', () => {
    expect(failure('\n\n{{ 1 + "a" }}').message).toMatch(
      /^unsupported operand type.*\(line 3 of the template\)$/,
    );
    expect(failure('\n{% if %}{% endif %}').message).toBe(
      'expected an expression, got the end of the statement (line 2 of the template)',
    );
    expect(failure("\n{{ raise_exception('only one, please') }}").message).toBe('only one, please');
    expect(failure('{% include "a" %}').message).toBe(
      'the tag "include" is not supported (line 1 of the template)',
    );
    expect(failure('a\n{{ b | wordwrap }}').message).toBe(
      'the filter "wordwrap" is not supported (line 2 of the template)',
    );
  });

  test('names that JavaScript gives every object mean nothing', () => {
    const render = (template: string, d: unknown = {}): string =>
      compileTemplate(template).render({ d });
    for (const name of ['constructor', 'toString', '__proto__', 'hasOwnProperty', 'length'])
      expect(
        render(`{{ d.${name} is defined }}{{ d['${name}'] is defined }}{{ ${name} is defined }}`),
      ).toBe('FalseFalseFalse');
    const own = JSON.parse('{"__proto__": "a", "constructor": "b"}') as unknown;
    expect(render("{{ d['__proto__'] }}{{ d.constructor }}{{ d | tojson }}", own)).toBe(
      'ab{"__proto__": "a", "constructor": "b"}',
    );
    expect(failure('{{ 1 | constructor }}').message).toContain('there is no filter "constructor"');
  });
});

test('marks stand around what generation tags hold, and change nothing else', () => {
  const source =
    "{% for m in messages %}\n{{ m.role }}:\n{%- if m.role == 'a' %}\n  {% generation -%}\n  {{ m.text }}\n  {%- endgeneration %}\n{% endif %}\n{% endfor %}";
  const template = compileTemplate(source);
  expect(template.hasGenerationTags).toBe(true);
  const variables = { messages: [{ role: 'a', text: 'x' }, { role: 'b' }] };
  const plain = template.render(variables);
  const marked = template.render(variables, { marks: { open: '<', close: '>' } });
  expect(marked).toBe('a:<x>b:');
  expect(marked.replace(/[<>]/g, '')).toBe(plain);
});

test('values that JavaScript cannot give as they were written are refused', () => {
  const render = (d: unknown): string => compileTemplate('{{ d }}').render({ d });
  expect(render([2 ** 53 - 1, -5, 0.5, { '1': 'a' }, 10n ** 20n])).toBe(
    "[9007199254740991, -5, 0.5, {'1': 'a'}, 100000000000000000000]",
  );
  expect(() => render(2 ** 53)).toThrow('the whole number 9007199254740992, beyond 2^53, is not');
  expect(() => render({ b: 1, '10': 2 })).toThrow('an object with the key "10" beside others');
  expect(() => render(() => 1)).toThrow('a template cannot be given a function');
});

describe('places of what is tagged', () => {
  const messages = [{ c: 'one' }, { c: '' }, { c: 'three' }];
  const each = (body: string) => `{% for m in messages %}<{{ m.c }}>${body}|{% endfor %}`;
  const block = '{% generation %}{{ m.c }}!{% endgeneration %}';
  const found = (template: string) => {
    const compiled = compileTemplate(template);
    const { text, tagged } = compiled.renderTagged({ messages });
    const marked = compiled.render({ messages }, { marks: { open: '\ue000', close: '\ue001' } });
    return { text, tagged, marked };
  };

  test.each([
    each(block),
    each(`{% if m.c %}${block}{% endif %}{% with n = m.c %}${block}{% endwith %}`),
    each(
      '{% generation %}{% for n in [1, 2] %}{% if n == 2 %}{% break %}{% endif %}x{% endfor %}{% endgeneration %}',
    ),
    `${each('')}{% generation %}{% set n = 1 %}{% endgeneration %}`,
  ])('are those of the marks: %s', (template) => {
    const { text, tagged, marked } = found(template);
    let [unmarked, at] = ['', 0];
    for (const { start, end } of tagged ?? expect.fail('not known')) {
      unmarked += `${text.slice(at, start)}\ue000${text.slice(start, end)}\ue001`;
      at = end;
    }
    expect(unmarked + text.slice(at)).toBe(marked);
  });

  test.each([
    `{% macro say(m) %}${block}{% endmacro %}${each('{{ say(m) }}')}`,
    each(`{% set s %}${block}{% endset %}{{ s }}`),
    each(`{% filter upper %}${block}{% endfilter %}`),
    each(`{% generation %}${block}{% endgeneration %}`),
    `{% for m in messages recursive %}${block}{% endfor %}`,
  ])('are not known where the template may change them: %s', (template) => {
    expect(found(template).tagged).toBeUndefined();
  });
});
