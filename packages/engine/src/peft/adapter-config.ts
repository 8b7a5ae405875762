import { z } from 'zod';
import { parseFields } from '../formats/error.ts';
import { checkKeys, loraKeys } from './adapter-keys.ts';

const adapterConfigSchema = z.looseObject({
  peft_type: z.literal('LORA'),
  r: z.int().positive(),
  lora_alpha: z.number().positive(),
  use_rslora: z.boolean().default(false),
  target_modules: z.union([z.array(z.string().min(1)).min(1), z.string().min(1)]),
});

export type AdapterConfig = z.infer<typeof adapterConfigSchema>;

/** Parses adapter_config.json; throws UnsupportedModelError naming the key that cannot be honoured. */
export function parseAdapterConfig(file: string, json: unknown): AdapterConfig {
  const config = parseFields(adapterConfigSchema, file, json);
  checkKeys(file, config, loraKeys);
  return config;
}

/** The factor on B·A: alpha / r (Hu et al. 2021), or alpha / √r with rank-stabilised LoRA. */
export function adapterScale({ lora_alpha, r, use_rslora }: AdapterConfig): number {
  return use_rslora ? lora_alpha / Math.sqrt(r) : lora_alpha / r;
}

export type AdapterDescription = {
  baseModel: string;
  rank: number;
  alpha: number;
  dropout: number;
  targets: readonly string[];
};

/** The text of adapter_config.json: sorted keys, every key that a known consumer reads. */
export function renderAdapterConfig(adapter: AdapterDescription): string {
  const config = {
    alpha_pattern: {},
    auto_mapping: null,
    base_model_name_or_path: adapter.baseModel,
    bias: 'none',
    fan_in_fan_out: false,
    inference_mode: true,
    init_lora_weights: true,
    layers_pattern: null,
    layers_to_transform: null,
    lora_alpha: adapter.alpha,
    lora_dropout: adapter.dropout,
    modules_to_save: null,
    peft_type: 'LORA',
    r: adapter.rank,
    rank_pattern: {},
    revision: null,
    target_modules: [...adapter.targets].sort(),
    task_type: 'CAUSAL_LM',
    use_dora: false,
    use_rslora: false,
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}
