import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readJsonSchema } from './json-schema.ts';
import { SchemaError } from './schema-error.ts';

/** Arrays in arrays. */
function nested(depth: number): unknown {
  let schema: unknown = { type: 'null' };
  for (let i = 0; i < depth; i++) schema = { type: 'array', items: schema };
  return schema;
}

describe('readJsonSchema refuses', () => {
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
    [{ type: 'number', multipleOf: 0 }, 'multipleOf is wrong'],
    [{ type: 'number', exclusiveMinimum: true }, 'exclusiveMinimum is wrong'],
    [{ type: 'string', minimum: 1 }, 'minimum is not about the type string'],
    [
      { type: 'string', format: 'uri' },
      'format names "uri", which is not supported; date-time, date, time, duration, email,',
    ],
    [
      { anyOf: [{ type: 'string', pattern: 'a(?!b)' }] },
      'anyOf[0].pattern has a look-around, (?!…), which is not supported, at character 1',
    ],
    [{ anyOf: [{ type: 'null' }], type: 'null' }, 'type is not supported beside anyOf'],
    [{ type: 'null', enum: [1] }, 'the schema allows no value of its type'],
    [7, 'the schema is wrong'],
  ])('%j', (schema, message) => {
    expect(() => readJsonSchema(schema)).toThrow(SchemaError);
    expect(() => readJsonSchema(schema)).toThrow(message);
  });
});

describe('readJsonSchema refuses what nothing meets:', () => {
  const inside = (schema: unknown) => ({
    type: 'object',
    properties: { a: { type: 'array', items: schema } },
  });
  it.each<[unknown, string]>([
    [
      { type: 'integer', minimum: 3, maximum: 2 },
      'minimum leaves no whole number within ±(2^53 − 1) together with maximum 2',
    ],
    [
      { type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 0.1, multipleOf: 0.1 },
      'exclusiveMinimum leaves no number of at most 15 digits together with exclusiveMaximum 0.1, multipleOf 0.1',
    ],
    [{ type: ['integer', 'string'], minimum: 1e17 }, 'minimum leaves no whole number'],
    [
      { type: 'string', pattern: '^a{5}$', maxLength: 4 },
      'pattern leaves no text together with maxLength 4',
    ],
    [{ type: 'string', pattern: '[]' }, 'pattern leaves no text'],
    [
      { type: 'string', pattern: '^[0-9]+$', format: 'uuid' },
      'pattern leaves no text together with format uuid',
    ],
    [
      { type: 'string', format: 'date', minLength: 11 },
      'format leaves no text together with minLength 11',
    ],
    [
      { type: 'string', format: 'hostname', minLength: 254 },
      'format leaves no text together with minLength 254',
    ],
    [{ type: 'string', minLength: 2, maxLength: 1 }, 'minLength is more than the largest allowed'],
    [
      { type: 'string', pattern: '(a|b)*a(a|b){20}' },
      'pattern makes the automata of the schema too large',
    ],
  ])('%j', (schema, message) => {
    expect(() => readJsonSchema(schema)).toThrow(SchemaError);
    expect(() => readJsonSchema(schema)).toThrow(message);
    expect(() => readJsonSchema(inside(schema))).toThrow(`properties.a.items.${message}`);
  });

  it('parts that need themselves', () => {
    const next = { type: 'object', properties: { next: { $ref: '#' } }, required: ['next'] };
    expect(() => readJsonSchema(next)).toThrow('needs itself again within itself, without end');
    expect(() => readJsonSchema({ $ref: '#' })).toThrow('without end');
    const pairs = { type: 'array', items: { $ref: '#' }, minItems: 2 };
    expect(() => readJsonSchema({ anyOf: [pairs, { type: 'null' }] })).not.toThrow();
    expect(() => readJsonSchema(pairs)).toThrow('without end');
    const optional = { ...next, required: [] };
    expect(() => readJsonSchema(optional)).not.toThrow();
    const aside = {
      type: 'object',
      properties: { a: { $ref: '#/$defs/x' } },
      $defs: { x: { ...next, properties: { next: { $ref: '#/$defs/x' } } } },
    };
    expect(() => readJsonSchema(aside)).toThrow('$defs.x.properties.next needs itself');
  });

  it('schemas that are too deep', () => {
    expect(() => readJsonSchema(nested(120))).toThrow('more than 100 schemas in each other');
    expect(() => readJsonSchema(nested(90))).not.toThrow();
  });

  it('schemas beyond limits that are given', () => {
    const schema = { type: 'string', pattern: '^[a-z]{50}$' };
    expect(() => readJsonSchema(schema, { states: 40, work: 1e6 })).toThrow(SchemaError);
    expect(() => readJsonSchema(schema, { states: 1000, work: 100 })).toThrow(SchemaError);
    expect(() => readJsonSchema(schema, { states: 1000, work: 1e6 })).not.toThrow();
    const many = {
      anyOf: Array.from({ length: 250 }, (_, i) => ({
        type: 'string',
        pattern: `^x{${i + 900}}$`,
      })),
    };
    expect(() => readJsonSchema(many)).toThrow('makes the automata of the schema too large');
  });
});

it('reads what zod writes', () => {
  const order = z.object({
    mail: z.email(),
    id: z.uuid(),
    on: z.iso.date(),
    at: z.iso.datetime({ offset: true }),
    from: z.union([z.ipv4(), z.ipv6()]),
    stars: z.int().min(1).max(5),
    share: z.number().positive().lt(1),
    price: z.number().multipleOf(0.01).optional(),
    code: z.nullable(
      z
        .string()
        .min(2)
        .max(5)
        .regex(/^[a-z]+$/),
    ),
    tags: z.array(z.enum(['a', 'b'])).max(3),
  });
  expect(() => readJsonSchema(z.toJSONSchema(order))).not.toThrow();
});

it('takes a property or a definition that is called __proto__ like any other', () => {
  const text =
    '{"type":"object","properties":{"__proto__":{"$ref":"#/$defs/__proto__"}},"required":["__proto__"],"$defs":{"__proto__":{"type":"null"}}}';
  const { nodes } = readJsonSchema(JSON.parse(text));
  expect(nodes.flatMap((node) => (node.kind === 'object' ? node.properties : []))).toMatchObject([
    { key: '__proto__', required: true },
  ]);
});
