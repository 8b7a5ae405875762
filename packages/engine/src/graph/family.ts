import type { Attributes, Op, OpDefinition } from './value.ts';

export type NoAttributes = Readonly<Record<never, never>>;

/** Operators of one file by name; the type argument names each with its attributes. */
export type Family<T extends Record<string, Attributes>> = { readonly [K in keyof T]: Op<T[K]> };

/** Gives each definition its key as name. */
export function family<T extends Record<string, Attributes>>(
  definitions: {
    readonly [K in keyof T]: OpDefinition<T[K]>;
  },
): Family<T> {
  const named = Object.entries(definitions).map(([name, definition]) => [
    name,
    { ...(definition as OpDefinition), name },
  ]);
  return Object.fromEntries(named) as Family<T>;
}
