import type { Attributes, Inputs, Op, OpDefinition, Value } from './value.ts';

export type NoAttributes = Readonly<Record<never, never>>;

/** So many inputs. */
export type One = readonly [Value];
export type Two = readonly [Value, Value];
export type Three = readonly [Value, Value, Value];

/** What an operator takes. */
export type Takes<I extends Inputs, A extends Attributes = NoAttributes> = readonly [I, A];

type Signatures = Readonly<Record<string, Takes<Inputs, Attributes>>>;

/** Operators of one file by name; the type argument names each with what it takes. */
export type Family<T extends Signatures> = { readonly [K in keyof T]: Op<T[K][1], T[K][0]> };

/** Gives each definition its key as name. */
export function family<T extends Signatures>(
  definitions: {
    readonly [K in keyof T]: OpDefinition<T[K][1], T[K][0]>;
  },
): Family<T> {
  const named = Object.entries(definitions).map(([name, definition]) => [
    name,
    { ...(definition as OpDefinition), name },
  ]);
  return Object.fromEntries(named) as Family<T>;
}
