import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decoderTensors } from '@lathe/engine/decoder-tensors';
import { writeLora } from '@lathe/engine/internal/peft/lora.fixture';
import { openModelFolder } from '@lathe/engine/model-folder';
import { writeSafetensors } from '@lathe/engine/safetensors';
import { tinyVocabulary, writeTinyTokenizer } from './tiny-tokenizer.ts';

export type TinyModelOptions = {
  readonly seed?: number;
  readonly maxPositions?: number;
  readonly template?: boolean;
  /** Rows of the embedding beyond the tokenizer's; they score far more than any token. */
  readonly paddedRows?: number;
};

const hiddenSize = 32;
const embedding = 'model.embed_tokens.weight';
const adapterRank = 2;

/**
 * Writes a whole model folder with random weights: a Llama of two layers, width 32, over the byte
 * tokenizer. The same seed gives the same weights; they answer noise, but always the same noise.
 * @example await writeTinyModel('/tmp/model', { seed: 2 });
 */
export async function writeTinyModel(
  folder: string,
  options: TinyModelOptions = {},
): Promise<void> {
  const { seed = 1, maxPositions = 512, paddedRows = 0 } = options;
  await mkdir(folder, { recursive: true });
  const config = {
    architectures: ['LlamaForCausalLM'],
    model_type: 'llama',
    hidden_act: 'silu',
    vocab_size: tinyVocabulary + paddedRows,
    hidden_size: hiddenSize,
    intermediate_size: 48,
    num_hidden_layers: 2,
    num_attention_heads: 4,
    num_key_value_heads: 2,
    max_position_embeddings: maxPositions,
    rms_norm_eps: 1e-5,
    rope_theta: 10_000,
    tie_word_embeddings: true,
    attention_bias: false,
    mlp_bias: false,
    initializer_range: 0.02,
    torch_dtype: 'float32',
    bos_token_id: null,
    eos_token_id: 0,
  };
  await writeFile(join(folder, 'config.json'), JSON.stringify(config));
  const { config: parsed } = await openModelFolder(folder, { weights: 'none' });
  const random = normals(seed);
  const tensors = [...decoderTensors(parsed)].map(([name, { shape }]) => ({
    name,
    dtype: 'F32' as const,
    shape,
    data: name.includes('norm') ? ones(shape) : random(own(name, shape), 0.3),
  }));
  const padding = normals(seed + 1)([paddedRows, hiddenSize], 6);
  for (const tensor of tensors)
    if (tensor.name === embedding) tensor.data = Float32Array.of(...tensor.data, ...padding);
  await writeSafetensors(join(folder, 'model.safetensors'), tensors);
  await writeTinyTokenizer(folder, options.template === false ? { template: false } : {});
}

/** Writes a PEFT adapter with random halves for the value projections of a tiny model. */
export async function writeTinyAdapter(folder: string, seed: number): Promise<void> {
  const random = normals(seed);
  const tensors = new Map<string, { shape: readonly number[]; data: Float32Array }>();
  for (const layer of [0, 1]) {
    const module = `model.layers.${layer}.self_attn.v_proj`;
    const a = [adapterRank, hiddenSize];
    const b = [hiddenSize / 2, adapterRank];
    tensors.set(`${module}.lora_A`, { shape: a, data: random(a, 1) });
    tensors.set(`${module}.lora_B`, { shape: b, data: random(b, 1) });
  }
  await writeLora(folder, {
    baseModel: 'tiny',
    rank: adapterRank,
    alpha: 2 * adapterRank,
    dropout: 0,
    targets: ['v_proj'],
    tensors,
  });
}

/** The shape of what the tokenizer's tokens have of a tensor: the same with padded rows and without. */
function own(name: string, shape: readonly number[]): readonly number[] {
  return name === embedding ? [tinyVocabulary, hiddenSize] : shape;
}

function ones(shape: readonly number[]): Float32Array {
  return new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(1);
}

/** Normal numbers from a seed (mulberry32, then Box and Muller). */
function normals(seed: number) {
  let state = seed;
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return (shape: readonly number[], deviation: number): Float32Array =>
    new Float32Array(shape.reduce((a, b) => a * b, 1)).map(
      () => deviation * Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    );
}
