import { z } from 'zod';
import { brokenRules } from './rules.ts';
import { innermost, optionName } from './walk.ts';

type Snake<Name extends string> = Name extends `${infer Head}${infer Tail}`
  ? `${Head extends Lowercase<Head> ? Head : `_${Lowercase<Head>}`}${Snake<Tail>}`
  : '';

/** Settings as HTTP writes them: `maxGradientNorm` is `max_gradient_norm`. */
export type HttpForm<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? { [Key in keyof T as Key extends string ? Snake<Key> : Key]: HttpForm<T[Key]> }
    : T;

/**
 * What a service narrows, by the names of HTTP: another schema for a setting, the same for the settings inside it,
 * or for what it does not take the end of a sentence that says why.
 */
export type Narrowing = { readonly [name: string]: z.ZodType | Narrowing | string };

/**
 * `maxGradientNorm` as `max_gradient_norm`.
 * @example snakeCase('maxGradientNorm'); // max_gradient_norm
 */
export function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** `max_gradient_norm` as `maxGradientNorm`. */
export function camelCase(name: string): string {
  return name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** Settings in the words of HTTP as the recipe has them. */
export function fromHttp<T>(form: HttpForm<T>): T {
  return renamed(form, camelCase) as T;
}

/** Settings of the recipe in the words of HTTP. */
export function toHttp<T>(settings: T): HttpForm<T> {
  return renamed(settings, snakeCase) as HttpForm<T>;
}

/** The schema of settings as HTTP takes them, every one of them optional: what a default depends on is not known yet. */
export function httpSchema<T>(
  schema: z.ZodType<unknown, T>,
  narrowing: Narrowing = {},
): z.ZodType<HttpForm<T>> {
  return formOf(schema, narrowing) as z.ZodType<HttpForm<T>>;
}

/** The schemas of the settings of an object, to be fields of a larger one. */
export function httpFields<Shape extends z.ZodRawShape>(
  shape: Shape,
  narrowing: Narrowing = {},
): {
  [Key in keyof Shape & string as Snake<Key>]: z.ZodOptional<
    z.ZodType<HttpForm<Exclude<z.input<Shape[Key]>, undefined | null>>>
  >;
} {
  return fieldsOf(shape, narrowing) as ReturnType<typeof httpFields<Shape>>;
}

function formOf(schema: z.core.$ZodType, narrowing: Narrowing): z.ZodType {
  const inner = innermost(schema);
  if (inner instanceof z.ZodObject) return objectForm(inner, narrowing);
  if (inner instanceof z.ZodDiscriminatedUnion) return unionForm(inner, narrowing);
  return inner;
}

function objectForm(schema: z.ZodObject, narrowing: Narrowing): z.ZodType {
  return z.strictObject(fieldsOf(schema.shape, narrowing)).superRefine((given, context) => {
    const name = (setting: string) => `'${snakeCase(setting)}'`;
    for (const { path, message } of brokenRules(schema, fromHttp<object>(given), name))
      context.addIssue({ code: 'custom', path: path.map(snakeCase), message });
  });
}

function unionForm(union: z.ZodDiscriminatedUnion, narrowing: Narrowing): z.ZodType {
  const { discriminator } = union.def;
  const named = union.options.map((option) => ({ name: optionName(union, option), option }));
  const taken = named.filter(({ name }) => typeof narrowing[name] !== 'string');
  const options = taken.map(({ name, option }) => formOf(option, inside(narrowing, name)));
  const expected = `expected one of ${taken.map(({ name }) => name).join(', ')}`;
  return z.discriminatedUnion(discriminator, options as unknown as [z.ZodObject], {
    error: ({ code, input }) => {
      const given = String(Object(input)[discriminator]);
      const why = narrowing[given];
      if (code !== 'invalid_union') return undefined;
      return typeof why === 'string' ? `${given} ${why}` : expected;
    },
  });
}

function fieldsOf(shape: z.core.$ZodShape, narrowing: Narrowing): Record<string, z.ZodType> {
  const fields: Record<string, z.ZodType> = {};
  for (const [key, field] of Object.entries(shape)) {
    const name = snakeCase(key);
    const narrowed = narrowing[name];
    if (typeof narrowed === 'string') continue;
    const form = narrowed instanceof z.ZodType ? narrowed : formOf(field, inside(narrowing, name));
    const setting = field as z.ZodType;
    const usual = setting.safeParse(undefined);
    const optional = usual.success ? form.optional() : form;
    const { description } = setting;
    fields[name] = optional.meta({
      ...(description !== undefined && { description }),
      // Told, not filled in: a job may know better.
      ...(isPlain(usual.data) && { default: usual.data }),
    });
  }
  return fields;
}

function isPlain(value: unknown): boolean {
  return ['string', 'number', 'boolean'].includes(typeof value);
}

function inside(narrowing: Narrowing, name: string): Narrowing {
  const inner = narrowing[name];
  return typeof inner !== 'object' || inner instanceof z.ZodType ? {} : inner;
}

/** The value with the keys of all of its objects renamed. */
function renamed(value: unknown, rename: (name: string) => string): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [rename(key), renamed(inner, rename)]),
  );
}
