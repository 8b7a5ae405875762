import { type Family, family, type Takes } from '../graph/family.ts';
import { node, type Value } from '../graph/value.ts';

/** x, through which no gradient flows. */
export function stopGradient(x: Value): Value {
  return node(blockOps.StopGradient, [x]);
}

/**
 * x, as the border of a block. Everything computed between two borders is computed again by the backward pass
 * when it needs it, from the first border's value: only the borders are kept from the forward pass.
 */
export function blockBorder(x: Value): Value {
  return node(blockOps.BlockBorder, [x]);
}

/**
 * x, which the backward pass computes again, by the one operator that made it, instead of keeping it from the
 * forward pass: for what is cheap to compute, large, and made from what is kept anyway.
 */
export function remade(x: Value): Value {
  return node(blockOps.Remade, [x]);
}

export type BlockOps = Record<'StopGradient' | 'BlockBorder' | 'Remade', Takes<1>>;

export const blockOps: Family<BlockOps> = family<BlockOps>({
  StopGradient: {
    summary: 'y = x;  no gradient flows back.',
    types: ([x]) => x,
    gradient: { none: 'It exists to stop the gradient.', deliberate: true },
    lower: (_, [x]) => x,
  },
  BlockBorder: {
    summary:
      'y = x;  dx = dy. What lies between two of them is computed again in the backward pass.',
    types: ([x]) => x,
    gradient: ({ dy }) => [dy],
    lower: (_, [x]) => x,
  },
  Remade: {
    summary: 'y = x;  dx = dy. The backward pass computes x again.',
    types: ([x]) => x,
    gradient: ({ dy }) => [dy],
    lower: (_, [x]) => x,
  },
});
