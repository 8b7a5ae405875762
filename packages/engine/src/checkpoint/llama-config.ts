import { z } from 'zod';
import { UnsupportedModelError } from './error.ts';

export type RopeScaling =
  | { type: 'linear'; factor: number }
  | {
      type: 'llama3';
      factor: number;
      lowFrequencyFactor: number;
      highFrequencyFactor: number;
      originalMaxPositions: number;
    };

/** The architecture of a Llama-family model, with every class default filled in. */
export type LlamaConfig = {
  modelType: 'llama';
  vocabularySize: number;
  hiddenSize: number;
  intermediateSize: number;
  layers: number;
  heads: number;
  keyValueHeads: number;
  headSize: number;
  normEpsilon: number;
  ropeTheta: number;
  ropeScaling: null | RopeScaling;
  maxPositions: number;
  tieEmbeddings: boolean;
  attentionBias: boolean;
  mlpBias: boolean;
  bosToken: number | null;
  eosTokens: number[];
  padToken: number | null;
  initializerRange: number;
};

const count = z.int().positive();
const ropeSchema = z.looseObject({
  rope_type: z.string().optional(),
  type: z.string().optional(),
  rope_theta: z.number().positive().optional(),
  factor: z.number().positive().optional(),
  low_freq_factor: z.number().positive().optional(),
  high_freq_factor: z.number().positive().optional(),
  original_max_position_embeddings: count.optional(),
});

/** Defaults are those of transformers' LlamaConfig class, which a config.json may leave out. */
const configSchema = z.looseObject({
  model_type: z.literal('llama'),
  vocab_size: count.default(32000),
  hidden_size: count.default(4096),
  intermediate_size: count.default(11008),
  num_hidden_layers: count.default(32),
  num_attention_heads: count.default(32),
  num_key_value_heads: count.nullish(),
  head_dim: count.nullish(),
  hidden_act: z.string().default('silu'),
  max_position_embeddings: count.default(2048),
  initializer_range: z.number().nonnegative().default(0.02),
  rms_norm_eps: z.number().positive().default(1e-6),
  pad_token_id: z.int().nullish(),
  bos_token_id: z.int().nullish(),
  eos_token_id: z.union([z.int(), z.array(z.int())]).nullish(),
  tie_word_embeddings: z.boolean().default(false),
  rope_theta: z.number().positive().optional(),
  rope_scaling: ropeSchema.nullish(),
  rope_parameters: ropeSchema.nullish(),
  attention_bias: z.boolean().default(false),
  mlp_bias: z.boolean().default(false),
  attention_dropout: z.number().default(0),
  partial_rotary_factor: z.number().default(1),
  sliding_window: z.int().nullish(),
  quantization_config: z.unknown().optional(),
});

/**
 * Reads a parsed `config.json` in the dialect of transformers 4 (`rope_theta`, `rope_scaling`) or 5
 * (`rope_parameters`). Throws UnsupportedModelError naming the field that this engine cannot honour.
 */
export function parseLlamaConfig(file: string, json: unknown): LlamaConfig {
  const modelType = (json as { model_type?: unknown } | null)?.model_type;
  if (modelType !== 'llama') {
    throw new UnsupportedModelError(
      file,
      'model_type',
      `is ${JSON.stringify(modelType)}; supported: "llama"`,
    );
  }
  const parsed = configSchema.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new UnsupportedModelError(
      file,
      issue?.path.join('.') ?? 'config',
      issue?.message ?? 'is invalid',
    );
  }
  const raw = parsed.data;
  refuseUnsupported(file, raw);
  const keyValueHeads = raw.num_key_value_heads ?? raw.num_attention_heads;
  if (raw.num_attention_heads % keyValueHeads !== 0) {
    const problem = `${keyValueHeads} does not divide num_attention_heads ${raw.num_attention_heads}`;
    throw new UnsupportedModelError(file, 'num_key_value_heads', problem);
  }
  const rope = raw.rope_parameters ?? raw.rope_scaling ?? undefined;
  return {
    modelType: 'llama',
    vocabularySize: raw.vocab_size,
    hiddenSize: raw.hidden_size,
    intermediateSize: raw.intermediate_size,
    layers: raw.num_hidden_layers,
    heads: raw.num_attention_heads,
    keyValueHeads,
    headSize: raw.head_dim ?? headSizeOf(file, raw.hidden_size, raw.num_attention_heads),
    normEpsilon: raw.rms_norm_eps,
    ropeTheta: raw.rope_parameters?.rope_theta ?? raw.rope_theta ?? 10_000,
    ropeScaling: rope === undefined ? null : parseScaling(file, rope),
    maxPositions: raw.max_position_embeddings,
    tieEmbeddings: raw.tie_word_embeddings,
    attentionBias: raw.attention_bias,
    mlpBias: raw.mlp_bias,
    // An explicit null means "none"; only an absent field takes the class default.
    bosToken: raw.bos_token_id === undefined ? 1 : raw.bos_token_id,
    eosTokens: raw.eos_token_id === undefined ? [2] : [raw.eos_token_id ?? []].flat(),
    padToken: raw.pad_token_id ?? null,
    initializerRange: raw.initializer_range,
  };
}

function refuseUnsupported(file: string, raw: z.infer<typeof configSchema>): void {
  const refuse = (field: string, problem: string): never => {
    throw new UnsupportedModelError(file, field, problem);
  };
  if (raw.hidden_act !== 'silu') refuse('hidden_act', `is "${raw.hidden_act}"; supported: "silu"`);
  if (raw.attention_dropout !== 0) refuse('attention_dropout', 'is not 0');
  if (raw.partial_rotary_factor !== 1) refuse('partial_rotary_factor', 'is not 1');
  if (raw.quantization_config != null)
    refuse('quantization_config', 'is set; only plain float weights are supported');
  const window = raw.sliding_window;
  if (window != null && window < raw.max_position_embeddings) {
    refuse('sliding_window', `${window} is shorter than max_position_embeddings`);
  }
}

function headSizeOf(file: string, hidden: number, heads: number): number {
  if (hidden % heads === 0) return hidden / heads;
  throw new UnsupportedModelError(
    file,
    'num_attention_heads',
    `${heads} does not divide hidden_size ${hidden}`,
  );
}

function parseScaling(file: string, rope: z.infer<typeof ropeSchema>): null | RopeScaling {
  const type = rope.rope_type ?? rope.type ?? 'default';
  const need = (
    field: 'factor' | 'low_freq_factor' | 'high_freq_factor' | 'original_max_position_embeddings',
  ) => {
    const value = rope[field];
    if (value === undefined)
      throw new UnsupportedModelError(file, `rope ${field}`, `is missing for rope type "${type}"`);
    return value;
  };
  if (type === 'default') return null;
  if (type === 'linear') return { type, factor: need('factor') };
  if (type === 'llama3') {
    return {
      type,
      factor: need('factor'),
      lowFrequencyFactor: need('low_freq_factor'),
      highFrequencyFactor: need('high_freq_factor'),
      originalMaxPositions: need('original_max_position_embeddings'),
    };
  }
  throw new UnsupportedModelError(
    file,
    'rope type',
    `"${type}" is not supported (default, linear, llama3 are)`,
  );
}
