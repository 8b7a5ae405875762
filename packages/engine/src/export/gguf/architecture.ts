import { join } from 'node:path';
import type { DecoderConfig } from '../../families/decoder-config.ts';
import { familyOf } from '../../families/decoder-families.ts';
import type { ModelFolder } from '../../families/model-folder.ts';
import { UnsupportedModelError } from '../../formats/error.ts';
import type { WrittenValue } from './write.ts';

/**
 * How far a GGUF file of the model reaches. Where llama.cpp does not compute the family's sliding
 * windows, the context ends where the window would begin to matter.
 */
export function ggufContext(config: DecoderConfig): number {
  const { attention, slidingWindow, maxPositions } = config;
  const isIgnored = familyOf(config).gguf.window !== 'computed' && attention.includes('sliding');
  return isIgnored ? Math.min(maxPositions, slidingWindow) : maxPositions;
}

/**
 * The metadata by which llama.cpp builds the model. Throws UnsupportedModelError, naming the field, for
 * what llama.cpp fixes and this model has otherwise.
 */
export function architectureMetadata(
  model: Pick<ModelFolder, 'config' | 'path'>,
): Map<string, WrittenValue> {
  const { config } = model;
  const { architecture: arch, window, deviation } = familyOf(config).gguf;
  const found = deviation?.(config);
  if (found !== undefined)
    throw new UnsupportedModelError(join(model.path, 'config.json'), found.field, found.problem);
  const metadata = new Map<string, WrittenValue>([
    ['general.architecture', { type: 'string', value: arch }],
  ]);
  const put = (key: string, value: WrittenValue): void => {
    metadata.set(`${arch}.${key}`, value);
  };
  const u32 = (key: string, value: number): void => put(key, { type: 'u32', value });
  const f32 = (key: string, value: number): void => put(key, { type: 'f32', value });
  u32('context_length', ggufContext(config));
  u32('embedding_length', config.hiddenSize);
  u32('block_count', config.layers);
  u32('feed_forward_length', config.intermediateSize);
  u32('vocab_size', config.vocabularySize);
  u32('attention.head_count', config.heads);
  const epsilon = config.norm === 'layer' ? 'layer_norm_epsilon' : 'layer_norm_rms_epsilon';
  f32(`attention.${epsilon}`, config.normEpsilon);
  if (config.positions === 'learned') return metadata;
  u32('attention.head_count_kv', config.keyValueHeads);
  u32('attention.key_length', config.headSize);
  u32('attention.value_length', config.headSize);
  const { rotarySize, ropeTheta, ropeScaling } = config.rope.full;
  u32('rope.dimension_count', rotarySize);
  f32('rope.freq_base', ropeTheta);
  if (ropeScaling?.type === 'linear') {
    put('rope.scaling.type', { type: 'string', value: 'linear' });
    f32('rope.scaling.factor', ropeScaling.factor);
  }
  if (window !== 'ignored')
    u32('attention.sliding_window', window === 'computed' ? config.slidingWindow : 0);
  return metadata;
}
