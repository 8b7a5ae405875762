import type { DecoderConfig } from './decoder-config.ts';
import type { DecoderFamily } from './decoders/family.ts';
import { gemma3 } from './decoders/gemma3.ts';
import { gpt2 } from './decoders/gpt2.ts';
import { llama } from './decoders/llama.ts';
import { mistral } from './decoders/mistral.ts';
import { phi3 } from './decoders/phi3.ts';
import { qwen2 } from './decoders/qwen2.ts';
import { qwen3 } from './decoders/qwen3.ts';

/** Every decoder family by its `model_type`. */
export const decoderFamilies: ReadonlyMap<string, DecoderFamily> = new Map([
  ['llama', llama],
  ['mistral', mistral],
  ['qwen2', qwen2],
  ['qwen3', qwen3],
  ['gemma3_text', gemma3],
  ['phi3', phi3],
  ['gpt2', gpt2],
]);

/** What is known of a decoder's family. */
export function familyOf({ modelType }: Pick<DecoderConfig, 'modelType'>): DecoderFamily {
  const family = decoderFamilies.get(modelType);
  if (family === undefined) throw new RangeError(`"${modelType}" is no family of decoders`);
  return family;
}

/** The paths of a family's modules, as transformers' class for causal language modelling names them. */
export function decoderNames(config: DecoderConfig): DecoderFamily['names'] {
  return familyOf(config).names;
}
