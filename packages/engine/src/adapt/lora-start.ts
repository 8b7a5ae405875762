import type { LinearPlan } from '../families/decoder-tensors.ts';
import { child, fillNormal, fillUniform, type Seed } from '../nn/seed.ts';

/** The tensors of an adapter for one layer; `magnitude` is DoRA's. */
export type LoraPart = 'A' | 'B' | 'magnitude';

/** The name of a tensor of the adapter of `module`. */
export function loraName(module: string, part: LoraPart): string {
  return part === 'magnitude' ? `${module}.lora_magnitude_vector` : `${module}.lora_${part}`;
}

/** Shapes of A `[rank, inputs]` and B `[outputs, rank]`. */
export function loraShapes(
  { inputs, outputs }: LinearPlan,
  rank: number,
): { readonly A: readonly [number, number]; readonly B: readonly [number, number] } {
  return { A: [rank, inputs], B: [outputs, rank] };
}

/**
 * A as peft starts it, while B starts at 0, so that the adapted model begins as the base model:
 * U(±1/√inputs) (Kaiming's uniform rule with a = √5), or N(0, 1/rank²).
 */
export function startA(
  { module, inputs }: LinearPlan,
  rank: number,
  { seed, initial }: { readonly seed: Seed; readonly initial: 'kaiming' | 'gaussian' },
): Float32Array {
  const values = new Float32Array(rank * inputs);
  const branch = child(seed, 'lora', loraName(module, 'A'));
  return initial === 'gaussian'
    ? fillNormal(values, branch, 1 / rank)
    : fillUniform(values, branch, 1 / Math.sqrt(inputs));
}
