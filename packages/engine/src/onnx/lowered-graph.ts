import type { Value } from '../graph/value.ts';

/** A graph in the forms that one device runs, its nodes in the order in which they are written. */
export type LoweredGraph = {
  readonly nodes: readonly Value[];
  readonly outputs: Readonly<Record<string, Value>>;
};
