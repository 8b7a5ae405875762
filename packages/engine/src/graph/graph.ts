import type { Value } from './value.ts';

/** A computation: what it answers, by name. `inputs` may list inputs that nothing uses, and fixes their order. */
export type Graph = {
  readonly outputs: Readonly<Record<string, Value>>;
  readonly inputs?: readonly Value[];
};
