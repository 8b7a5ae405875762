/** Whatever a request gives as a schema is a form, or refused with the place of what is wrong. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createForm, FormError } from './constraint.ts';
import { readJsonSchema } from './json-schema.ts';
import type { Schema } from './schema.ts';
import { SchemaError } from './schema-error.ts';
import { tokenTrie } from './token-trie.ts';

const bytes = Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte));
const vocabulary = { bytes, trie: tokenTrie(bytes) };

const numbers = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(0, -0, 1, -1, 5e-324, 1e-300, 1e308, 2 ** 53, 1e15, 0.1, 1e-15),
);
const texts = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.constantFrom(
    'string',
    'number',
    'object',
    'array',
    'uuid',
    'date',
    '#',
    '#/$defs/a',
    '^(a|b)*$',
    '(',
    '[a-',
    '\\p{L}',
    'a{9999}',
    '__proto__',
  ),
);
const { schema } = fc.letrec<{ schema: unknown; part: unknown }>((tie) => ({
  part: fc.oneof(
    { depthSize: 'small' },
    fc.jsonValue({ maxDepth: 2 }),
    numbers,
    texts,
    tie('schema'),
  ),
  schema: fc.oneof(
    { depthSize: 'small' },
    fc.jsonValue(),
    fc.dictionary(
      fc.constantFrom(
        ...['type', 'enum', 'const', 'anyOf', '$ref', '$defs', 'properties', 'required', 'items'],
        ...['additionalProperties', 'minItems', 'maxItems', 'minLength', 'maxLength', 'pattern'],
        ...['format', 'minimum', 'exclusiveMinimum', 'maximum', 'exclusiveMaximum', 'multipleOf'],
        ...['title', 'allOf', '__proto__'],
      ),
      fc.oneof(
        tie('part'),
        fc.array(tie('part'), { maxLength: 3 }),
        fc.dictionary(texts, tie('part'), { maxKeys: 3 }),
      ),
      { maxKeys: 4 },
    ),
  ),
}));

it('any JSON is read as a schema or refused, and what is read can be asked for', () => {
  let read = 0;
  fc.assert(
    fc.property(schema, (given) => {
      let form: Schema;
      try {
        form = readJsonSchema(given, { states: 2000, work: 200_000 });
      } catch (error) {
        expect(error).toBeInstanceOf(SchemaError);
        return;
      }
      read++;
      try {
        const constraint = createForm(form, vocabulary).begin([]);
        const logits = new Float32Array(bytes.length);
        for (let token = 0; token < 20 && !constraint.isOver; token++) {
          logits.fill(0);
          constraint.mask(logits);
          constraint.advance(logits.indexOf(0));
        }
      } catch (error) {
        expect(error).toBeInstanceOf(FormError);
      }
    }),
    { numRuns: 1500 },
  );
  expect(read).toBeGreaterThan(50);
});
