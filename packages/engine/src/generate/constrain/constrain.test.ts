import { fileURLToPath } from 'node:url';
import { loadTokenizer } from '@lathe/tokenizer/tokenizer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createForm, type Vocabulary } from './constraint.ts';
import { createJsonMachine } from './json-machine.ts';
import { anyObject, readJsonSchema } from './json-schema.ts';
import { SchemaError } from './schema-error.ts';
import { tokenTrie } from './token-trie.ts';

type Json = Record<string, unknown>;

/** Whether a value is valid, by the meaning of the keywords and not by the machine. */
function isValid(schema: Json, value: unknown, root: Json = schema): boolean {
  const within = (part: unknown, inner: unknown): boolean =>
    part === true || isValid(part as Json, inner, root);
  const { type, anyOf, $ref } = schema;
  if (typeof $ref === 'string') {
    const name = $ref.split('/').at(-1) ?? '';
    return within($ref === '#' ? root : (root.$defs as Json)[name], value);
  }
  if (Array.isArray(anyOf)) return anyOf.some((option) => within(option, value));
  if ('const' in schema) return JSON.stringify(schema.const) === JSON.stringify(value);
  if (Array.isArray(schema.enum))
    return schema.enum.some((each) => JSON.stringify(each) === JSON.stringify(value));
  if (Array.isArray(type))
    return type.some((each) => isValid({ ...schema, type: each }, value, root));
  const {
    minLength = 0,
    maxLength = 1e9,
    minItems = 0,
    maxItems = 1e9,
  } = schema as Record<string, number>;
  switch (type) {
    case 'string':
      if (typeof value !== 'string') return false;
      return (
        [...value].length >= minLength && [...value].length <= maxLength && value.isWellFormed()
      );
    case 'integer':
      return Number.isInteger(value);
    case 'number':
      return typeof value === 'number';
    case 'boolean':
      return typeof value === 'boolean';
    case 'null':
      return value === null;
    case 'array':
      if (!Array.isArray(value) || value.length < minItems || value.length > maxItems) return false;
      return value.every((item) => within(schema.items ?? true, item));
    case 'object': {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
      const properties = (schema.properties ?? {}) as Json;
      const required = (schema.required ?? []) as string[];
      if (!required.every((key) => Object.hasOwn(value, key))) return false;
      return Object.entries(value).every(([key, inner]) => {
        if (Object.hasOwn(properties, key)) return within(properties[key], inner);
        const other = schema.additionalProperties ?? true;
        return other !== false && within(other, inner);
      });
    }
    default:
      return true;
  }
}

const { schema: schemas } = fc.letrec<{ schema: Json }>((tie) => ({
  schema: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom<Json>(
      { type: 'string' },
      { type: 'string', minLength: 2, maxLength: 5 },
      { type: 'integer' },
      { type: 'number' },
      { type: ['string', 'null'] },
      { type: ['integer', 'boolean'] },
      { enum: ['a', 'ab', 'b"\\\n', 'é', 3, null, { k: [1] }] },
      { const: 'only' },
      { $ref: '#/$defs/tree' },
    ),
    fc.record({
      type: fc.constant('array'),
      items: tie('schema'),
      minItems: fc.constantFrom(0, 1, 2),
      maxItems: fc.constantFrom(2, 3),
    }),
    fc
      .tuple(fc.dictionary(fc.constantFrom('a', 'é"', 'long name', 'b'), tie('schema')), fc.nat())
      .map(([properties, bits]) => ({
        type: 'object',
        properties,
        required: Object.keys(properties).filter((_, i) => (bits >> i) % 2 === 1),
        additionalProperties: false,
      })),
    fc.record({ anyOf: fc.array(tie('schema'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ type: fc.constant('object'), additionalProperties: tie('schema') }),
  ),
}));
const $defs = {
  tree: {
    type: 'object',
    properties: {
      leaf: { type: 'string' },
      kids: { type: 'array', items: { $ref: '#/$defs/tree' } },
    },
    required: ['kids'],
    additionalProperties: false,
  },
};
const rooted = schemas.map((schema): Json => ({ ...schema, $defs }));

it('every text that the machine takes to its end is valid', () => {
  fc.assert(
    fc.property(rooted, fc.infiniteStream(fc.nat(255)), (schema, random) => {
      const machine = createJsonMachine(readJsonSchema(schema));
      let state = machine.start;
      const bytes: number[] = [];
      for (const first of random) {
        if (machine.mustEnd(state) || (bytes.length > 60 && machine.mayEnd(state))) break;
        // Behind the first hundreds of bytes the closing ones come first, so that texts end.
        const order = Array.from({ length: 256 }, (_, i) => (first + i) % 256);
        const closing = bytes.length > 60 ? [...Buffer.from('"]}0,')] : [];
        const byte = [...closing, ...order].find((each) => machine.step(state, each) !== undefined);
        expect(byte).toBeDefined();
        state = machine.step(state, byte!)!;
        bytes.push(byte!);
        if (bytes.length > 2000) return;
      }
      const text = new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(bytes));
      const value: unknown = JSON.parse(text);
      expect(isValid(schema, value), `${text} for ${JSON.stringify(schema)}`).toBe(true);
    }),
    { numRuns: 300 },
  );
});

function takes(schema: unknown, text: string): boolean {
  const machine = createJsonMachine(readJsonSchema(schema));
  let state: number | undefined = machine.start;
  for (const byte of Buffer.from(text)) {
    state = machine.step(state, byte);
    if (state === undefined) return false;
  }
  return machine.mayEnd(state);
}

it('takes what is valid, in the order of the schema', () => {
  const person = {
    type: 'object',
    properties: {
      name: { type: 'string', maxLength: 3 },
      age: { type: 'integer' },
      tags: { type: 'array', items: { enum: ['x', 'y'] }, maxItems: 2 },
    },
    required: ['name', 'age'],
    additionalProperties: false,
  };
  expect(takes(person, '{"name":"Zoé","age":-3}')).toBe(true);
  expect(takes(person, ' {"name": "\\u00e9","age": 0, "tags": ["x", "y"]}')).toBe(true);
  expect(takes(person, '{"age":1,"name":"a"}')).toBe(false);
  expect(takes(person, '{"name":"abcd","age":1}')).toBe(false);
  expect(takes(person, '{"name":"a","age":1.5}')).toBe(false);
  expect(takes(person, '{"name":"a","age":01}')).toBe(false);
  expect(takes(person, '{"name":"a","age":1,"tags":["x","y","x"]}')).toBe(false);
  expect(takes(person, '{"name":"a\n","age":1}')).toBe(false);
  expect(takes({ type: 'number' }, '-12.5e+3')).toBe(true);
  expect(takes({ type: 'string' }, '"\\ud83d"')).toBe(false);
  expect(takes({ type: 'string', maxLength: 1 }, '"😀"')).toBe(true);
  expect(takes(true, '[null,{"a":[1,"b"]}]')).toBe(true);
});

describe('what is not supported', () => {
  it.each<[unknown, string]>([
    [
      { type: 'string', contentEncoding: 'x' },
      'contentEncoding is a keyword that is not supported',
    ],
    [
      { type: 'object', properties: { age: { type: 'array', uniqueItems: true } } },
      'properties.age.uniqueItems is a keyword that is not supported',
    ],
    [{ type: 'object', required: ['a'] }, 'required names "a", which is not a property'],
    [{ $ref: '#/$defs/none' }, '$ref names "#/$defs/none", which is not in $defs'],
    [{ type: 'text' }, 'type is wrong'],
    [{ items: {} }, 'the schema has items but no type'],
    [{ type: 'string', minItems: 2 }, 'minItems is not about the type string'],
    [{ type: 'array', minItems: 2, maxItems: 1 }, 'minItems is more than the largest allowed'],
    [{ type: 'array', items: false }, 'items is false'],
    [{ anyOf: [{ type: 'null' }], type: 'null' }, 'type is not supported beside anyOf'],
    [{ type: 'null', enum: [1] }, 'the schema allows no value of its type'],
    [7, 'the schema is wrong'],
  ])('%j', (schema, message) => {
    expect(() => readJsonSchema(schema)).toThrow(SchemaError);
    expect(() => readJsonSchema(schema)).toThrow(message);
  });
});

const folder = fileURLToPath(new URL('../../../../../models/lathe-tiny', import.meta.url));

async function tinyVocabulary(): Promise<Vocabulary & { decode(tokens: number[]): string }> {
  const tokenizer = await loadTokenizer(folder);
  const bytes = Array.from({ length: tokenizer.vocabularySize }, (_, id) =>
    tokenizer.tokenBytes(id),
  );
  return { bytes, trie: tokenTrie(bytes), decode: (tokens) => tokenizer.decode(tokens) };
}

it('tokens drawn at random from what the mask leaves are valid JSON', async () => {
  const vocabulary = await tinyVocabulary();
  const end = vocabulary.bytes.indexOf(undefined);
  fc.assert(
    fc.property(
      rooted,
      fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true })),
      (schema, random) => {
        const constraint = createForm(readJsonSchema(schema), vocabulary).begin([end]);
        const tokens: number[] = [];
        for (const draw of random) {
          if (constraint.isOver) break;
          const logits = new Float32Array(vocabulary.bytes.length);
          constraint.mask(logits);
          const left = [...logits.keys()].filter((token) => logits[token] === 0);
          const closing = left.filter((token) =>
            ['"', ']', '}', '"]', '"}'].includes(vocabulary.decode([token])),
          );
          const from = tokens.length > 30 && closing.length > 0 ? closing : left;
          const token =
            left.includes(end) && tokens.length > 30 ? end : from[Math.floor(draw * from.length)]!;
          if (token === end) break;
          constraint.advance(token);
          tokens.push(token);
          if (tokens.length > 300) return;
        }
        const text = vocabulary.decode(tokens);
        expect(isValid(schema, JSON.parse(text)), text).toBe(true);
      },
    ),
    { numRuns: 40 },
  );
});

it('allows the end only where the text may end, and nothing else where it must', async () => {
  const vocabulary = await tinyVocabulary();
  const end = vocabulary.bytes.indexOf(undefined);
  const form = createForm(anyObject, vocabulary);
  const constraint = form.begin([end]);
  const allowed = (): number[] => {
    const logits = new Float32Array(vocabulary.bytes.length);
    constraint.mask(logits);
    return [...logits.keys()].filter((token) => logits[token] === 0);
  };
  expect(allowed()).not.toContain(end);
  const of = (text: string) =>
    vocabulary.bytes.findIndex((b) => b !== undefined && Buffer.from(b).toString() === text);
  constraint.advance(of('{'));
  expect(constraint.isOver).toBe(false);
  expect(() => constraint.advance(of('x'))).toThrow('breaks the form');
  constraint.advance(of('}'));
  expect(constraint.isOver).toBe(true);
  expect(allowed()).toEqual([end]);
});
