import { fileURLToPath } from 'node:url';
import { loadTokenizer } from '@lathe/tokenizer/tokenizer';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createForm, type Vocabulary } from './constraint.ts';
import { createJsonMachine } from './json-machine.ts';
import { anyObject, readJsonSchema } from './json-schema.ts';
import { isValid, rootedSchemas } from './schema.fixture.ts';
import { tokenTrie } from './token-trie.ts';

it('every text that the machine takes to its end is valid, also of a schema that was read elsewhere', () => {
  fc.assert(
    fc.property(rootedSchemas, fc.infiniteStream(fc.nat(255)), (schema, random) => {
      const machine = createJsonMachine(structuredClone(readJsonSchema(schema)));
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

const folder = fileURLToPath(new URL('../../../../../models/lathe-tiny', import.meta.url));

async function tinyVocabulary(): Promise<Vocabulary & { decode(tokens: number[]): string }> {
  const tokenizer = await loadTokenizer(folder);
  const bytes = Array.from({ length: tokenizer.vocabularySize }, (_, id) =>
    tokenizer.tokenBytes(id),
  );
  return { bytes, trie: tokenTrie(bytes), decode: (tokens) => tokenizer.decode(tokens) };
}

/** Few tokens, some of which begin characters that no other token ends. */
function sparseVocabulary(): Awaited<ReturnType<typeof tinyVocabulary>> {
  const ascii = Array.from({ length: 0x5f }, (_, i) => Uint8Array.of(0x20 + i));
  const words = ['{"', '","', 'true', '00', '"]', '\\u', 'é', '\n'].map((word) =>
    Buffer.from(word),
  );
  const parts = [[0xf0, 0x9f], [0x98, 0x80], [0xe0], [0x22, 0xc3], [0xa9, 0xc3, 0xa9]];
  const bytes = [...ascii, ...words, ...parts.map((part) => Uint8Array.from(part)), undefined];
  const decode = (tokens: number[]) =>
    new TextDecoder('utf-8', { fatal: true }).decode(
      Buffer.concat(tokens.map((token) => bytes[token] ?? Buffer.alloc(0))),
    );
  return { bytes, trie: tokenTrie(bytes), decode };
}

it.each([
  ['its tokenizer', tinyVocabulary],
  ['few tokens', sparseVocabulary],
])('tokens drawn at random from what the mask leaves are valid JSON, with %s', async (_, make) => {
  const vocabulary = await make();
  const end = vocabulary.bytes.indexOf(undefined);
  fc.assert(
    fc.property(
      rootedSchemas,
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
            ['"', ']', '}', '"]', '"}'].includes(
              Buffer.from(vocabulary.bytes[token] ?? []).toString(),
            ),
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

it('leaves nothing of logits behind the vocabulary', () => {
  const vocabulary = sparseVocabulary();
  const logits = new Float32Array(vocabulary.bytes.length + 100);
  createForm(anyObject, vocabulary).begin([]).mask(logits);
  const left = [...logits.keys()].filter((token) => logits[token] === 0);
  expect(left.map((token) => vocabulary.decode([token]))).toEqual([' ', '{', '{"']);
});

it('needs tokens for the bytes that JSON is written with', () => {
  const bytes = [Buffer.from('{'), Buffer.from('}')];
  expect(() => createForm(anyObject, { bytes, trie: tokenTrie(bytes) })).toThrow(
    'the model has no token for " "',
  );
});

it('writes characters as escapes whose bytes are no tokens', () => {
  const vocabulary = sparseVocabulary();
  const constraint = createForm(readJsonSchema({ const: '€😀' }), vocabulary).begin([]);
  const written: number[] = [];
  while (!constraint.isOver) {
    const logits = new Float32Array(vocabulary.bytes.length);
    constraint.mask(logits);
    const token = logits.lastIndexOf(0);
    constraint.advance(token);
    written.push(token);
  }
  expect(vocabulary.decode(written)).toMatch(/^ ?"\\u20ac\\ud83d\\ude00"$/);
});

it('leaves what its machine takes, token by token', async () => {
  const vocabulary = await tinyVocabulary();
  const schema = {
    type: 'array',
    items: {
      anyOf: [
        { type: 'number', maximum: 12 },
        { pattern: '^[a-eé ]{3,}$', type: 'string' },
      ],
    },
  };
  const machine = createJsonMachine(readJsonSchema(schema));
  const constraint = createForm(readJsonSchema(schema), vocabulary).begin([]);
  let state = machine.start;
  for (const byte of Buffer.from('["a e", 1.')) {
    const logits = new Float32Array(vocabulary.bytes.length);
    constraint.mask(logits);
    for (const [token, bytes] of vocabulary.bytes.entries()) {
      let reached: number | undefined = state;
      for (const each of bytes ?? [])
        reached = reached === undefined ? undefined : machine.step(reached, each);
      expect(logits[token] === 0).toBe(bytes !== undefined && reached !== undefined);
    }
    state = machine.step(state, byte)!;
    constraint.advance(
      vocabulary.bytes.findIndex((each) => each?.length === 1 && each[0] === byte),
    );
  }
});

it('stays small where a text can be read in more and more ways', () => {
  const list = (extra: object) => ({ type: 'array', items: { $ref: '#' }, ...extra });
  const schema = { anyOf: [list({}), list({ maxItems: 3 }), { type: 'null' }] };
  const machine = createJsonMachine(readJsonSchema(schema));
  let state: number | undefined = machine.start;
  for (const byte of Buffer.from(`${'['.repeat(40)}null${']'.repeat(40)}`))
    state = machine.step(state!, byte);
  expect(machine.mayEnd(state!)).toBe(true);
});
