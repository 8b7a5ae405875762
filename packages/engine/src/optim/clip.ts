import type { Value } from '../graph/value.ts';
import { add, div, minimum, mul, sqrt } from '../ops/elementwise.ts';

/** What clipping by the global norm says: the norm before it, and what to multiply gradients by. */
export type Clipping = { readonly norm: Value; readonly factor: Value };

/**
 * The norm over all gradients g = scale · (summed gradients), and scale · min(1, most / (norm + 1e-6)),
 * as in torch's clip_grad_norm_. `squares` are the sums of squares of each summed gradient.
 */
export function clipByNorm(
  squares: readonly Value[],
  { scale, most }: { readonly scale: Value; readonly most: number },
): Clipping {
  const norm = mul(sqrt(squares.reduce((sum, square) => add(sum, square))), scale);
  const clip = minimum(div(most, add(norm, 1e-6)), 1);
  return { norm, factor: mul(clip, scale) };
}
