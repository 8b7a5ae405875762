import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DecoderConfig } from '../../families/decoder-config.ts';
import { decoderFamilies } from '../../families/decoder-families.ts';
import { parseModelConfig } from '../../families/model-config.ts';
import { type ModelFolder, openModelFolder } from '../../families/model-folder.ts';
import { CheckpointError } from '../../formats/error.ts';
import { encodeFloats } from '../../formats/number-format.ts';
import { streamSafetensors } from '../../formats/safetensors.ts';
import type { MetadataContent, MetadataValue } from '../../gguf/format.ts';
import { type GgufFile, readGguf } from '../../gguf/read.ts';
import { ropeDivisors } from '../../gguf/rope-divisors.ts';
import { fromGguf, ggufTensors } from '../../gguf/tensor-names.ts';

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
  const json = configJson(file, gguf);
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
function configJson(file: string, { metadata, tensors }: GgufFile): Record<string, unknown> {
  const need = <T extends MetadataValue['type']>(key: string, type: T): MetadataContent<T> => {
    const found = metadata.get(key);
    if (found?.type !== type) throw new CheckpointError(file, `lacks ${key} of type ${type}`);
    return found.value as MetadataContent<T>;
  };
  const arch = need('general.architecture', 'string');
  const u32 = (key: string): number => need(`${arch}.${key}`, 'u32');
  const f32 = (key: string): number => need(`${arch}.${key}`, 'f32');
  const found = [...decoderFamilies].find(([, { gguf }]) => gguf.architecture === arch);
  if (found === undefined) throw new CheckpointError(file, `holds "${arch}", no known family`);
  const [modelType, family] = found;
  const isRotary = metadata.has(`${arch}.rope.freq_base`);
  const sizes = {
    layers: u32('block_count'),
    hiddenSize: u32('embedding_length'),
    heads: u32('attention.head_count'),
  };
  const headSize = isRotary ? u32('attention.key_length') : sizes.hiddenSize / sizes.heads;
  const isLinear = metadata.has(`${arch}.rope.scaling.type`);
  const rotary = (): Record<string, unknown> => ({
    num_key_value_heads: u32('attention.head_count_kv'),
    head_dim: headSize,
    rope_theta: f32('rope.freq_base'),
    rope_scaling: isLinear ? { type: 'linear', factor: f32('rope.scaling.factor') } : null,
    partial_rotary_factor: u32('rope.dimension_count') / headSize,
    sliding_window: family.gguf.window === 'computed' ? u32('attention.sliding_window') : null,
    attention_bias: tensors.has('blk.0.attn_q.bias'),
    mlp_bias: tensors.has('blk.0.ffn_up.bias'),
  });
  const epsilon = metadata.has(`${arch}.attention.layer_norm_epsilon`)
    ? f32('attention.layer_norm_epsilon')
    : f32('attention.layer_norm_rms_epsilon');
  const fields: Record<string, unknown> = {
    vocab_size: u32('vocab_size'),
    max_position_embeddings: u32('context_length'),
    hidden_size: sizes.hiddenSize,
    num_hidden_layers: sizes.layers,
    intermediate_size: u32('feed_forward_length'),
    num_attention_heads: sizes.heads,
    rms_norm_eps: epsilon,
    tie_word_embeddings: !tensors.has('output.weight'),
    ...(isRotary ? rotary() : {}),
    ...family.gguf.fixed?.({ ...sizes, headSize }),
  };
  const own = Object.entries(fields).map(([name, value]) => [
    family.ownNames?.[name] ?? name,
    value,
  ]);
  return { model_type: modelType, ...Object.fromEntries(own) };
}
