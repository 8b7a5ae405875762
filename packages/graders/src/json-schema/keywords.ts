import { isObject } from './json.ts';

/** A schema that says something no value can be checked for; `path` is where in it, such as `properties.age.minimum`. */
export class ItemSchemaError extends Error {
  override readonly name = 'ItemSchemaError';
  readonly path: string;

  constructor(path: string, reason: string) {
    super(`${path === '' ? 'the schema' : path} ${reason}`);
    this.path = path;
  }
}

const isSchema = (value: unknown): boolean => typeof value === 'boolean' || isObject(value);
const isList = (value: unknown): value is unknown[] => Array.isArray(value);
const areAll =
  (is: (value: unknown) => boolean) =>
  (value: unknown): boolean =>
    isObject(value) && Object.values(value).every(is);
const isName = (value: unknown): value is string => typeof value === 'string';
const areNames = (value: unknown): boolean => isList(value) && value.every(isName);
const types = ['null', 'boolean', 'object', 'array', 'number', 'integer', 'string'];
const isType = (value: unknown): boolean => types.includes(value as string);

type Form = { readonly words: string; readonly fits: (value: unknown) => boolean };
const schema: Form = { words: 'a schema', fits: isSchema };
const schemas: Form = {
  words: 'a list of schemas, with at least one',
  fits: (value) => isList(value) && value.length > 0 && value.every(isSchema),
};
const schemasByName: Form = { words: 'an object of schemas', fits: areAll(isSchema) };
const count: Form = {
  words: 'a whole number of at least 0',
  fits: (value) => Number.isInteger(value) && (value as number) >= 0,
};
const number: Form = { words: 'a number', fits: (value) => typeof value === 'number' };
const text: Form = { words: 'a text', fits: isName };

/** What the value of each keyword has to be. Draft 2020-12, with the forms of draft 7 where they differ. */
const forms: Readonly<Record<string, Form>> = {
  type: {
    words: `one of ${types.join(', ')}, or a list of them`,
    fits: (value) => isType(value) || (isList(value) && value.length > 0 && value.every(isType)),
  },
  enum: { words: 'a list', fits: isList },
  multipleOf: {
    words: 'a number above 0',
    fits: (value) => typeof value === 'number' && value > 0,
  },
  ...{ maximum: number, exclusiveMaximum: number, minimum: number, exclusiveMinimum: number },
  ...{ maxLength: count, minLength: count, pattern: text },
  items: {
    words: 'a schema, or a list of schemas',
    fits: (value) => isSchema(value) || (isList(value) && value.every(isSchema)),
  },
  ...{ prefixItems: schemas, additionalItems: schema, contains: schema },
  ...{ minContains: count, maxContains: count, minItems: count, maxItems: count },
  uniqueItems: { words: 'true or false', fits: (value) => typeof value === 'boolean' },
  ...{ properties: schemasByName, patternProperties: schemasByName, propertyNames: schema },
  ...{ additionalProperties: schema, minProperties: count, maxProperties: count },
  required: { words: 'a list of names', fits: areNames },
  dependentRequired: { words: 'an object of lists of names', fits: areAll(areNames) },
  dependentSchemas: schemasByName,
  dependencies: {
    words: 'an object of schemas and lists of names',
    fits: areAll((value) => isSchema(value) || areNames(value)),
  },
  ...{ allOf: schemas, anyOf: schemas, oneOf: schemas, not: schema },
  ...Object.fromEntries(['if', 'then', 'else'].map((key) => [key, schema])),
  ...{ $ref: text, $defs: schemasByName, definitions: schemasByName },
};

/** Keywords that change what a schema means, and that are not kept to. */
const refused = ['unevaluatedProperties', 'unevaluatedItems', '$dynamicRef', '$recursiveRef'];

/**
 * Throws ItemSchemaError where a keyword has a value that it cannot have, or is one that is not supported. Words that JSON Schema does
 * not know mean nothing, as it says; so does `format`.
 */
export function checkKeywords(part: { readonly [key: string]: unknown }, path: string): void {
  for (const [key, value] of Object.entries(part)) {
    const place = path === '' ? key : `${path}.${key}`;
    if (refused.includes(key)) throw new ItemSchemaError(place, 'is not supported');
    const form = Object.hasOwn(forms, key) ? forms[key] : undefined;
    if (form !== undefined && !form.fits(value))
      throw new ItemSchemaError(place, `must be ${form.words}`);
  }
}
