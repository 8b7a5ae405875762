import { z } from 'zod';

/** A JSON Schema as zod writes it. */
type Described = { readonly [key: string]: unknown };

/** An option of a request: where it stands, and values for it, at its limits, beyond them and of other types. */
export type Option = { readonly path: readonly string[]; readonly values: readonly unknown[] };

/**
 * The options of a request, taken from the schema that it is parsed with, so that a new one is tried as well. Fields
 * of the objects that `inside` names are options of their own. `instead` has the values of what a schema cannot tell,
 * such as the name of a model, or what would take long, by path.
 */
export function optionsOf(
  schema: z.ZodType,
  {
    inside = [],
    instead,
  }: {
    readonly inside?: readonly string[];
    readonly instead: Readonly<Record<string, readonly unknown[]>>;
  },
): Option[] {
  const walk = (described: Described, path: readonly string[]): Option[] =>
    Object.entries((described.properties ?? {}) as Record<string, Described>).flatMap(
      ([key, part]) => {
        const here = [...path, key];
        if (inside.includes(here.join('.'))) return walk(part, here);
        return [{ path: here, values: valuesAt(part, here.join('.'), instead) }];
      },
    );
  return walk(z.toJSONSchema(schema, { io: 'input' }), []);
}

/** Values for what a JSON Schema describes. */
export function valuesOf(schema: object): unknown[] {
  return valuesAt(schema as Described, '', {});
}

const odd: readonly unknown[] = [null, true, -1, 'odd', [], {}];

function valuesAt(
  schema: Described,
  path: string,
  instead: Readonly<Record<string, readonly unknown[]>>,
): unknown[] {
  const known = instead[path];
  if (known !== undefined) return [...known];
  const inner = (part: unknown, key: string) =>
    valuesAt(part as Described, `${path}.${key}`, instead);
  const { const: constant, enum: listed, anyOf, oneOf, type } = schema;
  if (constant !== undefined) return [constant];
  if (Array.isArray(listed)) return [...listed, 'none of them'];
  const either = anyOf ?? oneOf;
  // Alternatives are one value as far as the path goes.
  if (Array.isArray(either)) return either.flatMap((part) => valuesAt(part, path, instead));
  if (type === 'boolean') return [true, false];
  if (type === 'null') return [null];
  if (type === 'string') return texts(schema);
  if (type === 'number' || type === 'integer') return numbers(schema);
  if (type === 'array') {
    const items = inner(schema.items ?? {}, 'items');
    return [[], items.slice(0, 1), items.slice(0, 3)];
  }
  if (type === 'object') return objects(schema, inner);
  return [...odd];
}

function texts({ minLength = 0, maxLength = 10_000 }: Described): string[] {
  const most = Math.min(Number(maxLength), 10_000);
  return [
    '',
    'a',
    'naïve 😀\u0000',
    'x'.repeat(Number(minLength)),
    'x'.repeat(most),
    'x'.repeat(most + 1),
  ];
}

function numbers({
  type,
  minimum,
  exclusiveMinimum,
  maximum,
  exclusiveMaximum,
}: Described): number[] {
  const least = Number(minimum ?? exclusiveMinimum ?? 0);
  const most = Number(maximum ?? exclusiveMaximum ?? 0);
  const between = type === 'integer' ? Math.floor((least + most) / 2) : (least + most) / 2;
  const near = type === 'integer' ? least + 1 : least + (most - least) / 1000;
  return [least, most, between, near, least - 1, most + 1, 0.5, 5e-324, 1e308];
}

function objects(schema: Described, inner: (part: unknown, key: string) => unknown[]): unknown[] {
  const properties = Object.entries((schema.properties ?? {}) as Record<string, unknown>);
  const { required = [] } = schema;
  const needed = (required as string[]).map((key) => [
    key,
    inner(schema.properties?.[key as never], key)[0],
  ]);
  const least = Object.fromEntries(needed);
  const each = properties.flatMap(([key, part]) =>
    inner(part, key).map((value) => ({ ...least, [key]: value })),
  );
  return [least, ...each, { ...least, unknown: 1 }];
}

/** Every two options, each with a value drawn by the numbers of `random`, in an order drawn by them, too. */
export function* pairsOf(
  options: readonly Option[],
  random: () => number,
): Generator<readonly [Option, unknown][]> {
  const pairs = options.flatMap((one, at) =>
    options.slice(at + 1).map((two) => [one, two] as const),
  );
  const order = pairs.map((pair) => ({ pair, rank: random() })).toSorted((a, b) => a.rank - b.rank);
  const draw = ({ values }: Option) => values[Math.floor(random() * values.length)];
  for (const { pair } of order)
    yield pair.map((option) => [option, draw(option)] as [Option, unknown]);
}

/** The body with the values of options in their places. */
export function withOptions(body: object, chosen: readonly (readonly [Option, unknown])[]): object {
  const made = structuredClone(body) as Record<string, unknown>;
  for (const [{ path }, value] of chosen) {
    let at = made;
    for (const key of path.slice(0, -1)) {
      at[key] ??= {};
      at = at[key] as Record<string, unknown>;
    }
    at[path.at(-1) as string] = value;
  }
  return made;
}

/** Numbers from 0 to 1 by chance, the same for the same seed (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
