import { isIPv6 } from 'node:net';
import fc from 'fast-check';

export type Json = Record<string, unknown>;

type Bounds = {
  minimum?: number;
  exclusiveMinimum?: number;
  maximum?: number;
  exclusiveMaximum?: number;
  multipleOf?: number;
};

function isWithin(bounds: Bounds, value: number): boolean {
  const { minimum = -1e99, maximum = 1e99, multipleOf = 0 } = bounds;
  const { exclusiveMinimum = -1e99, exclusiveMaximum = 1e99 } = bounds;
  const times = multipleOf === 0 ? 0 : value / multipleOf;
  return (
    value >= minimum &&
    value <= maximum &&
    value > exclusiveMinimum &&
    value < exclusiveMaximum &&
    Math.abs(times - Math.round(times)) < 1e-9
  );
}

const isDate = (value: string): boolean => {
  const date = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(value);
};
const isHost = (value: string): boolean =>
  value.length <= 253 &&
  value.split('.').every((label) => /^(?!-)(?!..--)[A-Za-z0-9-]{1,63}(?<!-)$/.test(label));

/** By format, whether a text is of it, without the patterns that answers are held to. */
export const isOfFormat: Readonly<Record<string, (value: string) => boolean>> = {
  date: isDate,
  'date-time': (value) => isDate(value.slice(0, 10)) && !Number.isNaN(Date.parse(value)),
  time: (value) => !Number.isNaN(Date.parse(`2000-01-01T${value}`)),
  hostname: isHost,
  email: (value) => {
    const [local = '', host = '', ...more] = value.split('@');
    const isLocal = /^(?!\.)(?!.*\.\.)[\w.!#$%&'*+/=?^`{|}~-]{1,64}(?<!\.)$/.test(local);
    return more.length === 0 && isLocal && isHost(host) && value.length <= 254;
  },
  ipv4: (value) =>
    value.split('.').length === 4 &&
    value.split('.').every((part) => String(Number(part)) === part && Number(part) <= 255),
  ipv6: isIPv6,
  uuid: (value) => /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i.test(value),
  duration: (value) =>
    /^P(?=[\dT])(\d+Y)?(\d+M)?(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+S)?)?$|^P\d+W$/.test(value),
};

/** Whether a value is valid, by the meaning of the keywords and not by the machine. */
export function isValid(schema: Json, value: unknown, root: Json = schema): boolean {
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
        [...value].length >= minLength &&
        [...value].length <= maxLength &&
        value.isWellFormed() &&
        (typeof schema.pattern !== 'string' || new RegExp(schema.pattern, 'u').test(value)) &&
        (typeof schema.format !== 'string' || isOfFormat[schema.format]!(value))
      );
    case 'integer':
      return Number.isInteger(value) && isWithin(schema as Bounds, value as number);
    case 'number':
      return typeof value === 'number' && isWithin(schema as Bounds, value);
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
      { type: 'string', pattern: '^(?:[a-c]|\\u{1F600})+$' },
      { type: 'string', pattern: 'é.\\d', maxLength: 6 },
      { type: 'string', pattern: '^(ab|\\n|"){2,}$', minLength: 3, maxLength: 9 },
      { type: 'string', pattern: '^[^a-z]*z', format: 'hostname' },
      { type: 'string', format: 'date-time' },
      { type: ['string', 'integer'], format: 'date', pattern: '-02-29$', maximum: 20 },
      { type: 'string', format: 'ipv6' },
      { type: 'string', format: 'email', maxLength: 20 },
      { type: 'integer' },
      { type: 'integer', minimum: -12, exclusiveMaximum: 305 },
      { type: 'integer', multipleOf: 7, minimum: 100, maximum: 110 },
      { type: 'number' },
      { type: 'number', exclusiveMinimum: -0.25, maximum: 1.5 },
      { type: 'number', multipleOf: 0.05, minimum: 9.9, maximum: 10.1 },
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
/** Schemas at random, of all that is supported but for what needs another schema beside it. */
export const rootedSchemas = schemas.map((schema): Json => ({ ...schema, $defs }));
