import { z } from 'zod';
import { parseFields } from '../formats/error.ts';
import { checkKeys, loraKeys } from './adapter-keys.ts';
import type { PeftContent } from './peft-folder.ts';

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

/** What peft stores of a LoRA adapter: every key that a known consumer reads; `more` says where it is no plain one. */
export function loraContent(
  lora: {
    readonly rank: number;
    readonly alpha: number;
    readonly dropout: number;
    readonly targets: readonly string[];
  },
  tensors: PeftContent['tensors'],
  more: Readonly<Record<string, unknown>> = {},
): PeftContent {
  const { rank, alpha, dropout, targets } = lora;
  const config = {
    alpha_pattern: {},
    bias: 'none',
    fan_in_fan_out: false,
    init_lora_weights: true,
    layers_pattern: null,
    layers_to_transform: null,
    lora_alpha: alpha,
    lora_dropout: dropout,
    modules_to_save: null,
    peft_type: 'LORA',
    r: rank,
    rank_pattern: {},
    target_modules: targets.toSorted(),
    task_type: 'CAUSAL_LM',
    use_dora: false,
    use_rslora: false,
    ...more,
  };
  return { kind: `A LoRA adapter (rank ${rank}, alpha ${alpha})`, config, tensors };
}
