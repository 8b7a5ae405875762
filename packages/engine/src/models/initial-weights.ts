import { child, fillNormal, type Seed } from '../nn/seed.ts';

/**
 * Fills one weight of an untrained model, as transformers initialises Llama: norms 1, biases 0, all
 * else N(0, initializerRange²). Each tensor draws from its own branch of the seed tree.
 */
export function fillInitialWeight(
  name: string,
  values: Float32Array,
  { initializerRange, seed }: { readonly initializerRange: number; readonly seed: Seed },
): Float32Array {
  if (name.endsWith('.bias')) return values.fill(0);
  if (name.includes('norm')) return values.fill(1);
  return fillNormal(values, child(seed, 'initial', name), initializerRange);
}
