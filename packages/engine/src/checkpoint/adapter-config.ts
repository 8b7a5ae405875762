import { z } from 'zod';
import { UnsupportedModelError } from './error.ts';

/** Keys of adapter_config.json that change the arithmetic and that this engine does not compute. */
const refusedWhenSet = [
  'use_dora',
  'lora_bias',
  'modules_to_save',
  'layers_to_transform',
  'layers_pattern',
  'layer_replication',
  'rank_pattern',
  'alpha_pattern',
  'exclude_modules',
  'trainable_token_indices',
  'alora_invocation_tokens',
  'target_parameters',
  'use_qalora',
  'use_bdlora',
] as const;

const adapterConfigSchema = z.looseObject({
  peft_type: z.literal('LORA'),
  r: z.int().positive(),
  lora_alpha: z.number().positive(),
  lora_dropout: z.number().min(0).max(1).default(0),
  bias: z.literal('none').default('none'),
  use_rslora: z.boolean().default(false),
  target_modules: z.array(z.string().min(1)).min(1),
  base_model_name_or_path: z.string().nullish(),
});

export type AdapterConfig = z.infer<typeof adapterConfigSchema>;

/** Parses adapter_config.json; throws UnsupportedModelError naming the key that cannot be honoured. */
export function parseAdapterConfig(file: string, json: unknown): AdapterConfig {
  const parsed = adapterConfigSchema.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new UnsupportedModelError(
      file,
      issue?.path.join('.') ?? 'config',
      issue?.message ?? 'is invalid',
    );
  }
  for (const key of refusedWhenSet) {
    if (isSet(parsed.data[key]))
      throw new UnsupportedModelError(file, key, 'is set and is not supported');
  }
  return parsed.data;
}

function isSet(value: unknown): boolean {
  if (value === undefined || value === null || value === false) return false;
  return typeof value === 'object' ? Object.keys(value).length > 0 : true;
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
