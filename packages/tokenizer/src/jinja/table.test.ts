/** Small templates, a construct each, against Jinja2 as transformers sets it up (bench/reference/jinja_table.py). */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { JinjaError } from './error.ts';
import { compileTemplate } from './template.ts';

/** What Jinja2 made of a template; null where it raised. */
type Case = [template: string, text: string | null];

const table = JSON.parse(
  readFileSync(new URL('./fixtures/table.json', import.meta.url), 'utf8'),
) as Record<string, Case[]> & { context: Record<string, unknown> };
const { context, ...kinds } = table;
const now = new Date(2026, 10, 5, 9, 7, 3);

/** Templates that Jinja2 renders and that are refused here, with what the error names. */
const refused: readonly (readonly [template: string, named: string])[] = [
  ["{{ messages | map(attribute='role') }}", 'printing a generator'],
  ['{{ items | reverse }}', 'printing a list_reverseiterator'],
  ['{{ words | unique }}', 'printing a generator'],
  ['{{ d | items }}', 'printing a generator'],
  ['{{ d.get }}', 'printing a builtin_function_or_method'],
  ['{{ d.items }}', 'printing a builtin_function_or_method'],
  ["{{ 'abc'.upper }}", 'printing a builtin_function_or_method'],
  ['{% macro m() %}{% endmacro %}{{ m }}', 'printing a Macro'],
  ["{{ 'a' is sameas 'a' }}", '"sameas" of two equal values'],
  ["{{ 'ß'.casefold() }}", 'casefold'],
  ["{{ 'abc'.encode('utf8') }}", 'the method "encode"'],
  ["{{ 'abc'.translate({}) }}", 'the method "translate"'],
  ["{{ '{:n}'.format(1) }}", 'the format code n'],
  ['{{ items | random is defined }}', 'the filter "random"'],
  ['{{ items | pprint }}', 'the filter "pprint"'],
  ['{{ html | striptags }}', 'the filter "striptags"'],
  ['{{ html | urlize }}', 'the filter "urlize"'],
  ["{{ {'a': 1} | xmlattr }}", 'the filter "xmlattr"'],
  ["{{ 'a b c d' | wordwrap(3) }}", 'the filter "wordwrap"'],
  ['{{ (html | safe).upper() }}', 'the method "upper" of text that is marked as safe'],
  ['{{ (html | safe) | upper }}', 'the filter "upper" on text that is marked as safe'],
  ['{{ (html | safe) | trim }}', 'the filter "trim" on text that is marked as safe'],
  ["{{ ('%s' | safe) % '<' }}", 'formatting text that is marked as safe'],
  ["{{ dict.fromkeys(['a'], 1) }}", 'the attribute "fromkeys"'],
  ["{{ '\\N{BULLET}' | tojson }}", 'the escape \\N'],
  ['{{ self is defined }}', 'the name "self"'],
  ['{% block a %}x{% endblock %}', 'the tag "block"'],
  ["{% autoescape true %}{{ '<' }}{% endautoescape %}", 'the tag "autoescape"'],
  ['{{ lipsum() }}', 'the function "lipsum"'],
  ["{{ strftime_now('%5d') }}", 'the date format "%5d"'],
  ["{{ strftime_now('%Ey') }}", 'the date format "%E"'],
  ["{{ strftime_now('%q') }}", 'the date format "%q"'],
  ["{{ strftime_now('%') }}", 'the date format "%"'],
];

function render(template: string): string {
  return compileTemplate(template).render(context, { now });
}

/** The text, or null where the template is refused as it is in Jinja2. */
function outcome(template: string): string | null {
  try {
    return render(template);
  } catch (error) {
    if (error instanceof JinjaError) return null;
    throw error;
  }
}

test.each(Object.entries(kinds))('%s', (_kind, cases) => {
  const listed = new Set(refused.map(([template]) => template));
  const wrong = cases
    .filter(([template]) => !listed.has(template))
    .map(([template, wanted]) => ({ template, wanted, got: outcome(template) }))
    .filter(({ wanted, got }) => wanted !== got);
  expect(wrong).toEqual([]);
});

test.each(refused)('%s is refused by name', (template, named) => {
  const known = Object.values(kinds).flat();
  expect(known.find(([other]) => other === template)?.[1]).toEqual(expect.any(String));
  expect(() => render(template)).toThrow(`${named}`);
  expect(() => render(template)).toThrow('is not supported');
});

test('the table is whole', () => {
  expect(Object.values(kinds).flat().length).toBeGreaterThan(2300);
});
