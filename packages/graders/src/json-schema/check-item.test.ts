import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkItem, ItemBudgetError } from './check-item.ts';
import { ItemSchemaError } from './keywords.ts';
import { readItemSchema } from './read-schema.ts';

const byRegExp = (pattern: string) => {
  const expression = new RegExp(pattern, 'u');
  return (text: string) => expression.test(text);
};
const read = (schema: unknown) => readItemSchema(schema, byRegExp);

type Group = {
  readonly description: string;
  readonly schema: unknown;
  readonly tests: readonly { readonly description: string; data: unknown; valid: boolean }[];
};

/** Cases of github.com/json-schema-org/JSON-Schema-Test-Suite (MIT) that need no schema beside their own. */
const suite = JSON.parse(
  readFileSync(new URL('fixtures/json-schema-test-suite.json', import.meta.url), 'utf8'),
) as Record<string, readonly Group[]>;

describe('the test suite of JSON Schema', () => {
  it.each(Object.keys(suite))('%s', (name) => {
    const answers = (suite[name] ?? []).flatMap(({ description, schema, tests }) => {
      const ready = read(schema);
      return tests.map((test) => ({
        ...{ group: description, test: test.description },
        valid: checkItem(ready, test.data, 'item') === undefined,
      }));
    });
    const wanted = (suite[name] ?? []).flatMap(({ description, tests }) =>
      tests.map(({ description: test, valid }) => ({ group: description, test, valid })),
    );
    expect(answers).toEqual(wanted);
  });
});

it.each([
  [
    { properties: { stars: { maximum: 5 } } },
    { stars: 7 },
    'item.stars is 7, which is more than 5',
  ],
  [{ required: ['a'] }, {}, 'item has no "a"'],
  [{ type: 'object' }, [1], 'item is [1], which is not of type object'],
  [
    { properties: { words: { items: { type: ['string', 'null'] } } } },
    { words: ['a', null, 3] },
    'item.words[2] is 3, which is not of type string or null',
  ],
  [
    { properties: { 'a b': false }, additionalProperties: false },
    { 'a b': 1 },
    'item["a b"] must not be there',
  ],
  [{ additionalProperties: false }, { a: 1 }, 'item.a is no field that the schema names'],
  [
    { properties: { label: { enum: ['x', 'y'] } } },
    { label: 'z'.repeat(100) },
    `item.label is "${'z'.repeat(56)}…, which is none of the values that are allowed`,
  ],
  [
    { properties: { id: { pattern: '^\\d+$' } } },
    { id: 'a' },
    'item.id is "a", which does not match "^\\\\d+$"',
  ],
])('%j names the field and what is wrong', (schema, item, sentence) => {
  const fault = checkItem(read(schema), item, 'item');
  expect(`${fault?.path} ${fault?.message}`).toBe(sentence);
});

it.each([
  [{ type: 'text' }, 'type must be one of null, boolean, object'],
  [{ properties: { a: { minLength: -1 } } }, 'properties.a.minLength must be a whole number'],
  [{ allOf: [{ properties: { a: 1 } }] }, 'allOf.0.properties must be an object of schemas'],
  [{ $ref: 'https://example.com/x' }, '$ref names "https://example.com/x", which is not in'],
  [{ $ref: '#/$defs/a' }, '$ref names "#/$defs/a", which is not in the schema'],
  [{ $ref: '#/constructor' }, '$ref names "#/constructor", which is not'],
  [{ $defs: { a: { unevaluatedItems: false } } }, '$defs.a.unevaluatedItems is not supported'],
  [{ pattern: '(' }, 'pattern Invalid regular expression'],
  ['object', 'the schema must be an object'],
])('%j cannot be checked for', (schema, message) => {
  expect(() => read(schema)).toThrow(ItemSchemaError);
  expect(() => read(schema)).toThrow(message);
});

describe('a hostile schema', () => {
  it('that leads into itself ends by name', () => {
    const schema = read({ $ref: '#' });
    expect(() => checkItem(schema, {}, 'item')).toThrow(ItemBudgetError);
  });

  it('that doubles its work with every level ends by its steps', () => {
    const $defs = Object.fromEntries(
      Array.from({ length: 60 }, (_, at) => [
        `a${at}`,
        { allOf: [{ $ref: `#/$defs/a${at + 1}` }, { $ref: `#/$defs/a${at + 1}` }] },
      ]),
    );
    const schema = read({ $ref: '#/$defs/a0', $defs: { ...$defs, a60: {} } });
    expect(() => checkItem(schema, {}, 'item')).toThrow('takes more than 2000000 steps');
  });

  it('that compares a long text again and again ends by its steps', () => {
    const schema = read({ anyOf: Array.from({ length: 200 }, () => ({ const: 'x' })) });
    expect(() => checkItem(schema, 'y'.repeat(20_000), 'item')).toThrow(ItemBudgetError);
  });
});
