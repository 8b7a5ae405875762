import type { Adaptation } from '../adapt/adaptation.ts';
import { ancestors, input, inputOp, type Value } from '../graph/value.ts';
import type { Forward } from '../objectives/objective.ts';
import { feedName } from './model-state.ts';

/** A training pass in two parts, between which nothing but numbers goes: what learns nothing, and the rest. */
export type FrozenLayers = {
  /** What goes into the lowest block that learns something: `[rows · tokens, hiddenSize]`. */
  readonly below: Value;
  /** The pass from the input `frozen_states` `[rows · tokens, hiddenSize]` on. */
  readonly above: Forward;
};

/** Where the part above finds what the part below made. */
export const frozenStatesName = 'frozen_states';

/** What alone may make a difference below: the texts. */
export const textInputs: ReadonlySet<string> = new Set([
  'tokens',
  'positions',
  'ends',
  'token_types',
]);

/**
 * Cuts a pass below the lowest block that learns something, or that is another one in another step: which one that is,
 * the graph says, whatever the method. `pass` builds it, given a function for what goes into each block and comes out of
 * the last one; `fixed` names inputs that are the same in every step. Undefined where the lowest block learns already.
 */
export function frozenLayers(
  pass: (border: (x: Value) => Value) => Forward,
  fixed: ReadonlySet<string>,
): FrozenLayers | undefined {
  const borders: Value[] = [];
  pass((x) => {
    borders.push(x);
    return x;
  });
  const isFrozen = (x: Value): boolean =>
    ancestors([x]).every(
      ({ op, name = '' }) => op !== inputOp || textInputs.has(name) || fixed.has(name),
    );
  const cut = borders.findLastIndex(isFrozen);
  const below = borders[cut];
  if (below === undefined || cut === 0) return undefined;
  let at = 0;
  const above = pass((x) => (at++ === cut ? input(frozenStatesName, below.shape, 'float32') : x));
  return { below, above };
}

/** The inputs of what a method keeps beside the model, which are the same in every step. */
export function fixedInputs({ fixed }: Pick<Adaptation, 'fixed'>): ReadonlySet<string> {
  return new Set(fixed.map(({ name }) => feedName(name)));
}
