import { join } from 'node:path';
import type { DecoderConfig, DecoderType } from '../../families/decoder-config.ts';
import type { ModelFolder } from '../../families/model-folder.ts';
import { UnsupportedModelError } from '../../formats/error.ts';
import { inverseFrequencies } from '../../nn/rope-table.ts';
import type { MetadataValue } from './format.ts';

const architectures: Readonly<Record<DecoderType, string>> = {
  llama: 'llama',
  mistral: 'llama',
  qwen2: 'qwen2',
  qwen3: 'qwen3',
  gemma3_text: 'gemma3',
  phi3: 'phi3',
  gpt2: 'gpt2',
};

/** llama.cpp's layers of Gemma 3: so many sliding ones up to and with a full one, and their base. */
export const gemmaPeriod = 6;
export const gemmaLocalTheta = 10_000;
const gemma27bLayers = 62;

/** llama.cpp's factor on Gemma 3's scores, which it takes from the model's depth. */
export function gemmaScoreScalar(config: {
  readonly layers: number;
  readonly hiddenSize: number;
  readonly heads: number;
  readonly headSize: number;
}): number {
  const { layers, hiddenSize, heads, headSize } = config;
  return layers === gemma27bLayers ? hiddenSize / heads : headSize;
}

/**
 * How far a GGUF file of the model reaches. Of these families only Gemma's sliding windows are computed by
 * llama.cpp, so for the others the context ends where the window would begin to matter.
 */
export function ggufContext({
  modelType,
  attention,
  slidingWindow,
  maxPositions,
}: DecoderConfig): number {
  const isIgnored = modelType !== 'gemma3_text' && attention.includes('sliding');
  return isIgnored ? Math.min(maxPositions, slidingWindow) : maxPositions;
}

/**
 * The metadata by which llama.cpp builds the model. Throws UnsupportedModelError, naming the field, for
 * what llama.cpp fixes and this model has otherwise.
 */
export function architectureMetadata(
  model: Pick<ModelFolder, 'config' | 'path'>,
): Map<string, MetadataValue> {
  const { config } = model;
  refuseDeviations(join(model.path, 'config.json'), config);
  const arch = architectures[config.modelType];
  const metadata = new Map<string, MetadataValue>([
    ['general.architecture', { type: 'string', value: arch }],
  ]);
  const put = (key: string, value: MetadataValue): void => {
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
  if (config.norm === 'layer') {
    f32('attention.layer_norm_epsilon', config.normEpsilon);
    return metadata;
  }
  u32('attention.head_count_kv', config.keyValueHeads);
  u32('attention.key_length', config.headSize);
  u32('attention.value_length', config.headSize);
  f32('attention.layer_norm_rms_epsilon', config.normEpsilon);
  const { rotarySize, ropeTheta, ropeScaling } = config.rope.full;
  u32('rope.dimension_count', rotarySize);
  f32('rope.freq_base', ropeTheta);
  if (ropeScaling?.type === 'linear') {
    put('rope.scaling.type', { type: 'string', value: 'linear' });
    f32('rope.scaling.factor', ropeScaling.factor);
  }
  if (config.modelType === 'gemma3_text') u32('attention.sliding_window', config.slidingWindow);
  // llama.cpp tells Phi-3 from its successors by the key, and reads 0 as no window.
  if (config.modelType === 'phi3') u32('attention.sliding_window', 0);
  return metadata;
}

/**
 * Llama 3's scaling as llama.cpp has it: what each frequency is divided by, `rope_freqs.weight`
 * [rotarySize / 2]; undefined where the frequencies are not scaled one by one.
 */
export function ropeDivisors(config: DecoderConfig): Float32Array | undefined {
  const rope = config.rope.full;
  if (config.positions === 'learned' || rope.ropeScaling?.type !== 'llama3') return undefined;
  const scaled = inverseFrequencies(rope);
  const plain = inverseFrequencies({ ...rope, ropeScaling: null });
  return plain.map((frequency, at) => frequency / scaled[at]!);
}

function refuseDeviations(file: string, config: DecoderConfig): void {
  const refuse = (field: string, problem: string): never => {
    throw new UnsupportedModelError(file, field, problem);
  };
  if (config.modelType === 'gpt2' && config.activation !== 'gelu-tanh')
    refuse('activation_function', 'is "gelu", but llama.cpp computes "gelu_new" for GPT-2');
  if (config.modelType !== 'gemma3_text') return;
  config.attention.forEach((kind, layer) => {
    const fixed = (layer + 1) % gemmaPeriod === 0 ? 'full' : 'sliding';
    if (kind !== fixed)
      refuse(`layer_types.${layer}`, `is "${kind}", but llama.cpp computes "${fixed}" there`);
  });
  const { ropeTheta, ropeScaling } = config.rope.sliding;
  if (ropeTheta !== gemmaLocalTheta || ropeScaling !== null)
    refuse('rope of sliding layers', `has base ${ropeTheta}; llama.cpp has ${gemmaLocalTheta}`);
  const scale = gemmaScoreScalar(config) ** -0.5;
  if (Math.abs(scale / config.attentionScale - 1) > 1e-6)
    refuse(
      'query_pre_attn_scalar',
      `is ${Math.round(config.attentionScale ** -2)}; llama.cpp has ${gemmaScoreScalar(config)}`,
    );
}
