import type { Attributes, Inputs, Op, OpDefinition, Value } from './value.ts';

type NoAttributes = Readonly<Record<never, never>>;

type Counted = {
  readonly 0: readonly [];
  readonly 1: readonly [Value];
  readonly 2: readonly [Value, Value];
  readonly 3: readonly [Value, Value, Value];
  readonly any: Inputs;
};

/** What an operator takes: how many inputs, and attributes. */
export type Takes<N extends keyof Counted, A extends Attributes = NoAttributes> = readonly [
  Counted[N],
  A,
];

type Signatures = Readonly<Record<string, readonly [Inputs, Attributes]>>;

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
