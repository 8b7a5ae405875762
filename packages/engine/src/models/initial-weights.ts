import { familyOf } from '../families/decoder-families.ts';
import type { TensorRole } from '../families/decoder-tensors.ts';
import type { ModelConfig } from '../families/model-config.ts';
import { child, fillNormal, type Seed } from '../nn/seed.ts';

/**
 * Fills one weight of an untrained model, as transformers initialises its family: norms 1 (Gemma's 0,
 * for 1 is added to them), biases 0, all else N(0, initializerRange²), GPT-2's projections back into
 * the residual narrower by √(2·layers). Each tensor draws from its own branch of the seed tree.
 * @example fillInitialWeight('norm', new Float32Array(32), { role: 'norm', config: model.config, seed: rootSeed(42) });
 */
export function fillInitialWeight(
  name: string,
  values: Float32Array,
  {
    role,
    config,
    seed,
  }: { readonly role: TensorRole; readonly config: ModelConfig; readonly seed: Seed },
): Float32Array {
  if (role === 'bias') return values.fill(0);
  if (role === 'norm')
    return values.fill(config.kind === 'decoder' && config.norm === 'rms-plus-one' ? 0 : 1);
  const narrow = config.kind === 'decoder' ? familyOf(config).narrowResiduals : undefined;
  const residual = narrow !== undefined && name.endsWith(narrow);
  const range = config.initializerRange / (residual ? Math.sqrt(2 * config.layers) : 1);
  return fillNormal(values, child(seed, 'initial', name), range);
}
