/** What is trained in both programs: the shape of a model, the method, and the data. */
export type BenchCase = {
  readonly name: string;
  readonly title: string;
  /** config.json of the model; weights are random. */
  readonly config: Readonly<Record<string, unknown>>;
  /** How they are stored; as float32 when absent. */
  readonly stored?: 'BF16' | undefined;
  readonly method: 'full' | 'lora';
  readonly task: 'causal-lm' | 'classification';
  /** Examples of a step, and tokens of each. */
  readonly batch: number;
  readonly tokens: number;
  /** Steps that are measured, after `warmup` ones that are not. */
  readonly steps: number;
  readonly warmup: number;
};

const llama = {
  model_type: 'llama',
  hidden_act: 'silu',
  rms_norm_eps: 1e-5,
  bos_token_id: 1,
  eos_token_id: 2,
};
const smollm2 = {
  ...llama,
  vocab_size: 49_152,
  hidden_size: 576,
  intermediate_size: 1536,
  num_hidden_layers: 30,
  num_attention_heads: 9,
  num_key_value_heads: 3,
  max_position_embeddings: 8192,
  rope_theta: 100_000,
  tie_word_embeddings: true,
};
const text = { task: 'causal-lm', steps: 5, warmup: 2 } as const;

export const benchCases: readonly BenchCase[] = [
  {
    ...text,
    name: 'llama-256',
    title: 'Llama, 6 layers of width 256, full',
    config: {
      ...llama,
      vocab_size: 4096,
      hidden_size: 256,
      intermediate_size: 688,
      num_hidden_layers: 6,
      num_attention_heads: 8,
      num_key_value_heads: 8,
      max_position_embeddings: 1024,
      tie_word_embeddings: false,
    },
    method: 'full',
    batch: 4,
    tokens: 256,
    steps: 12,
    warmup: 3,
  },
  {
    ...text,
    name: 'smollm2-135m-lora',
    title: 'SmolLM2-135M, LoRA rank 16',
    config: smollm2,
    method: 'lora',
    batch: 2,
    tokens: 256,
  },
  {
    ...text,
    name: 'smollm2-135m-full',
    title: 'SmolLM2-135M, full',
    config: smollm2,
    method: 'full',
    batch: 2,
    tokens: 256,
  },
  {
    ...text,
    name: 'qwen2.5-0.5b-lora',
    title: 'Qwen2.5-0.5B, LoRA rank 16',
    config: {
      model_type: 'qwen2',
      vocab_size: 151_936,
      hidden_size: 896,
      intermediate_size: 4864,
      num_hidden_layers: 24,
      num_attention_heads: 14,
      num_key_value_heads: 2,
      max_position_embeddings: 32_768,
      rms_norm_eps: 1e-6,
      rope_theta: 1_000_000,
      tie_word_embeddings: true,
      use_sliding_window: false,
      bos_token_id: 1,
      eos_token_id: 2,
    },
    method: 'lora',
    batch: 1,
    tokens: 256,
    steps: 4,
    warmup: 1,
  },
  {
    name: 'bert-base-classification',
    title: 'BERT base, classification, full',
    config: {
      model_type: 'bert',
      vocab_size: 30_522,
      hidden_size: 768,
      intermediate_size: 3072,
      num_hidden_layers: 12,
      num_attention_heads: 12,
      max_position_embeddings: 512,
      type_vocab_size: 2,
      hidden_dropout_prob: 0,
      attention_probs_dropout_prob: 0,
      classifier_dropout: 0,
      num_labels: 4,
      problem_type: 'single_label_classification',
      id2label: { 0: 'LABEL_0', 1: 'LABEL_1', 2: 'LABEL_2', 3: 'LABEL_3' },
      label2id: { LABEL_0: 0, LABEL_1: 1, LABEL_2: 2, LABEL_3: 3 },
    },
    method: 'full',
    task: 'classification',
    batch: 8,
    tokens: 128,
    steps: 5,
    warmup: 2,
  },
];

const wide = {
  ...text,
  config: {
    ...llama,
    vocab_size: 4096,
    hidden_size: 1024,
    intermediate_size: 3072,
    num_hidden_layers: 3,
    num_attention_heads: 16,
    num_key_value_heads: 16,
    max_position_embeddings: 1024,
    tie_word_embeddings: false,
  },
  batch: 2,
  tokens: 256,
} as const;

/** All of whose widths are multiples of 1024; bench:turns alone trains them, to compare products of padded widths. */
export const wideCases: readonly BenchCase[] = [
  {
    ...wide,
    name: 'llama-1024-lora',
    title: 'Llama, 3 layers of width 1024, LoRA rank 16',
    method: 'lora',
  },
  {
    ...wide,
    name: 'llama-1024-full',
    title: 'Llama, 3 layers of width 1024, full',
    method: 'full',
  },
];

/** What either program prints, as its last line, in JSON. */
export type BenchResult = {
  /** Seconds of each measured step. */
  readonly seconds: readonly number[];
  /** Seconds of the steps before those together; PyTorch compiles in them. */
  readonly firstSeconds?: number;
  /** Losses of all steps, warm-up included: both programs must do the same work. */
  readonly losses: readonly number[];
  /** Processor time of those steps together; where other programs take part of the machine, it says more. */
  readonly processorSeconds?: number;
  /** Most resident memory of the process, in bytes. */
  readonly peakBytes: number;
  readonly trainableParameters: number;
};

/** The one way to name a case on a command line. Throws RangeError for an unknown name. */
export function benchCase(name: string | undefined): BenchCase {
  const all = [...benchCases, ...wideCases];
  const found = all.find((entry) => entry.name === name);
  if (found !== undefined) return found;
  throw new RangeError(`no case "${name}"; there are ${all.map((c) => c.name).join(', ')}`);
}
