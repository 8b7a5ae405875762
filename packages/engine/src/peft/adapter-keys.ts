import { UnsupportedModelError } from '../formats/error.ts';

/**
 * What is done with a key of adapter_config.json. `read`: honoured. `unread`: it says where the adapter came from, how
 * it began or how it was trained, and changes nothing of what it computes. A list: the values with which the key
 * changes nothing, besides null, false and what is empty; with any other the adapter is refused.
 */
export type KeyUse = 'read' | 'unread' | readonly unknown[];

const common: Readonly<Record<string, KeyUse>> = {
  peft_type: 'read',
  task_type: 'unread',
  auto_mapping: 'unread',
  peft_version: 'unread',
  base_model_name_or_path: 'unread',
  revision: 'unread',
  inference_mode: 'unread',
  modules_to_save: 'read',
};

/** The keys of peft's LoraConfig. */
export const loraKeys: Readonly<Record<string, KeyUse>> = {
  ...common,
  r: 'read',
  lora_alpha: 'read',
  lora_dropout: 'unread',
  use_rslora: 'read',
  target_modules: 'read',
  bias: ['none'],
  // The others take a part of the base's weights away, which peft does again when it loads them.
  init_lora_weights: [true, 'gaussian', 'Gaussian', 'eva', 'orthogonal', 'mica'],
  // peft goes by the kind of the layer and corrects what stands here.
  fan_in_fan_out: 'unread',
  exclude_modules: 'read',
  layers_to_transform: 'read',
  layers_pattern: [],
  rank_pattern: [],
  alpha_pattern: [],
  megatron_config: [],
  megatron_core: 'unread',
  trainable_token_indices: [],
  loftq_config: 'unread',
  eva_config: 'unread',
  corda_config: 'unread',
  lora_ga_config: 'unread',
  use_dora: [],
  velora_config: [],
  alora_invocation_tokens: [],
  use_qalora: [],
  qalora_group_size: 'unread',
  monteclora_config: [],
  layer_replication: [],
  runtime_config: 'unread',
  lora_bias: [],
  target_parameters: [],
  use_bdlora: [],
  arrow_config: [],
  kasa_config: [],
  ensure_weight_tying: [],
};

const virtual: Readonly<Record<string, KeyUse>> = {
  ...common,
  task_type: 'read',
  num_virtual_tokens: 'read',
  token_dim: 'read',
  num_layers: 'read',
  num_transformer_submodules: [1],
  // peft takes the model's own.
  num_attention_heads: 'unread',
};

/** The keys of peft's PromptTuningConfig. */
export const promptKeys: Readonly<Record<string, KeyUse>> = {
  ...virtual,
  prompt_tuning_init: 'unread',
  prompt_tuning_init_text: 'unread',
  tokenizer_name_or_path: 'unread',
  tokenizer_kwargs: 'unread',
};

/** The keys of peft's PrefixTuningConfig; a finished prefix has been projected. */
export const prefixKeys: Readonly<Record<string, KeyUse>> = {
  ...virtual,
  encoder_hidden_size: 'unread',
  prefix_projection: 'unread',
  init_weights: 'unread',
};

/** Throws UnsupportedModelError for a key that is set to what is not computed, and for one that is not known. */
export function checkKeys(
  file: string,
  json: Readonly<Record<string, unknown>>,
  keys: Readonly<Record<string, KeyUse>>,
): void {
  for (const [key, value] of Object.entries(json)) {
    const use = Object.hasOwn(keys, key) ? keys[key] : undefined;
    if (use === 'read' || use === 'unread' || asksNothing(value)) continue;
    if (use?.includes(value)) continue;
    const shown = typeof value === 'string' ? `is "${value}"` : 'is set';
    const problem = use === undefined ? 'and is not known' : 'and is not supported';
    throw new UnsupportedModelError(file, key, `${shown} ${problem}`);
  }
}

function asksNothing(value: unknown): boolean {
  if (value === undefined || value === null || value === false) return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}
