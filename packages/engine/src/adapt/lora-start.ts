import type { Adapter } from '../checkpoint/peft.ts';
import { child, fillUniform, type Seed } from '../nn/seed.ts';
import type { AdaptedLinear } from './targets.ts';

/** Names and shapes of an adapter's two matrices for one linear layer. */
export function loraShapes(
  { module, inputs, outputs }: AdaptedLinear,
  rank: number,
): readonly { readonly name: string; readonly shape: readonly [number, number] }[] {
  return [
    { name: `${module}.lora_A`, shape: [rank, inputs] },
    { name: `${module}.lora_B`, shape: [outputs, rank] },
  ];
}

/**
 * The start of an adapter, as in peft: A ~ U(±1/√in) (Kaiming's uniform rule with a = √5), B = 0, so
 * that the adapted model begins as the base model.
 */
export function startLora(
  linears: readonly AdaptedLinear[],
  rank: number,
  seed: Seed,
): Adapter['tensors'] {
  const tensors: Adapter['tensors'] = new Map();
  for (const linear of linears)
    for (const { name, shape } of loraShapes(linear, rank)) {
      const data = new Float32Array(shape[0] * shape[1]);
      if (name.endsWith('.lora_A'))
        fillUniform(data, child(seed, 'lora', name), 1 / Math.sqrt(linear.inputs));
      tensors.set(name, { shape, data });
    }
  return tensors;
}
