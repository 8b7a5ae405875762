import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DecoderConfig } from '../../families/decoder-config.ts';
import { parseModelConfig } from '../../families/model-config.ts';
import { type ModelFolder, openModelFolder } from '../../families/model-folder.ts';
import { CheckpointError } from '../../formats/error.ts';
import { encodeFloats } from '../../formats/number-format.ts';
import { streamSafetensors } from '../../formats/safetensors.ts';
import { gemmaLocalTheta, gemmaPeriod, gemmaScoreScalar, ropeDivisors } from './architecture.ts';
import type { MetadataContent, MetadataValue } from './format.ts';
import { type GgufFile, readGguf } from './read.ts';
import { fromGguf, ggufTensors } from './tensor-names.ts';

/** Scaled frequencies of a file may differ so much from the model's, relatively: float32 rounding. */
const frequencyTolerance = 1e-6;

/**
 * A model folder made from nothing but a GGUF file: the architecture as llama.cpp reads it off the
 * metadata, the weights dequantised and put back in the checkpoint's order. Only Llama 3's scaling is
 * taken from `base`, after the file's own divisors were found to be its. Throws CheckpointError when
 * the file lacks something.
 */
export async function recoverModel(
  file: string,
  base: DecoderConfig,
  folder: string,
): Promise<ModelFolder> {
  const gguf = await readGguf(file);
  const json = configJson(file, gguf, base);
  const configFile = join(folder, 'config.json');
  const config = parseModelConfig(configFile, json);
  if (config.kind !== 'decoder') throw new CheckpointError(file, 'does not hold a decoder');
  await mkdir(folder, { recursive: true });
  await writeFile(configFile, JSON.stringify(json));
  await streamSafetensors(
    join(folder, 'model.safetensors'),
    ggufTensors(config).map((mapping) => ({
      name: mapping.source,
      dtype: 'F32' as const,
      shape: mapping.sourceShape,
      bytes: async () => encodeFloats(fromGguf(await gguf.read(mapping.name), mapping), 'F32'),
    })),
  );
  const model = await openModelFolder(folder);
  if (!gguf.tensors.has('rope_freqs.weight')) return model;
  await checkDivisors(file, gguf, base);
  return { ...model, config: { ...model.config, rope: base.rope } };
}

async function checkDivisors(file: string, gguf: GgufFile, base: DecoderConfig): Promise<void> {
  const found = await gguf.read('rope_freqs.weight');
  const wanted = ropeDivisors(base);
  const isSame =
    wanted?.length === found.length &&
    found.every((value, at) => Math.abs(value / wanted[at]! - 1) < frequencyTolerance);
  if (!isSame) throw new CheckpointError(file, "is not the model's scaling", 'rope_freqs.weight');
}

/** config.json as transformers would have it for what llama.cpp computes. */
function configJson(
  file: string,
  { metadata, tensors }: GgufFile,
  base: DecoderConfig,
): Record<string, unknown> {
  const need = <T extends MetadataValue['type']>(key: string, type: T): MetadataContent<T> => {
    const found = metadata.get(key);
    if (found?.type !== type) throw new CheckpointError(file, `lacks ${key} of type ${type}`);
    return found.value as MetadataContent<T>;
  };
  const arch = need('general.architecture', 'string');
  const u32 = (key: string): number => need(`${arch}.${key}`, 'u32');
  const f32 = (key: string): number => need(`${arch}.${key}`, 'f32');
  const tied = !tensors.has('output.weight');
  if (arch === 'gpt2')
    return {
      model_type: 'gpt2',
      vocab_size: u32('vocab_size'),
      n_positions: u32('context_length'),
      n_embd: u32('embedding_length'),
      n_layer: u32('block_count'),
      n_head: u32('attention.head_count'),
      n_inner: u32('feed_forward_length'),
      layer_norm_epsilon: f32('attention.layer_norm_epsilon'),
      tie_word_embeddings: tied,
    };
  const headSize = u32('attention.key_length');
  const isLinear = metadata.has(`${arch}.rope.scaling.type`);
  const common = {
    model_type: arch === 'gemma3' ? 'gemma3_text' : arch,
    vocab_size: u32('vocab_size'),
    max_position_embeddings: u32('context_length'),
    hidden_size: u32('embedding_length'),
    num_hidden_layers: u32('block_count'),
    intermediate_size: u32('feed_forward_length'),
    num_attention_heads: u32('attention.head_count'),
    num_key_value_heads: u32('attention.head_count_kv'),
    head_dim: headSize,
    rms_norm_eps: f32('attention.layer_norm_rms_epsilon'),
    rope_theta: f32('rope.freq_base'),
    rope_scaling: isLinear ? { type: 'linear', factor: f32('rope.scaling.factor') } : null,
    partial_rotary_factor: u32('rope.dimension_count') / headSize,
    tie_word_embeddings: tied,
    sliding_window: null,
    attention_bias: tensors.has('blk.0.attn_q.bias'),
    mlp_bias: tensors.has('blk.0.ffn_up.bias'),
  };
  if (arch !== 'gemma3') return common;
  return {
    ...common,
    sliding_window: u32('attention.sliding_window'),
    sliding_window_pattern: gemmaPeriod,
    rope_local_base_freq: gemmaLocalTheta,
    query_pre_attn_scalar: gemmaScoreScalar({ ...base, headSize }),
  };
}
