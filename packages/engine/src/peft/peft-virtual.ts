import { join } from 'node:path';
import { z } from 'zod';
import { CheckpointError, parseFields } from '../formats/error.ts';
import { requireFinite } from '../formats/finite.ts';
import { readJson } from '../formats/json-file.ts';
import { readSafetensors, readTensor } from '../formats/safetensors.ts';
import { checkKeys, prefixKeys, promptKeys } from './adapter-keys.ts';
import { type Adapter, type AdapterTensor, readPeftAdapter } from './peft.ts';

const configName = 'adapter_config.json';
const weightsName = 'adapter_model.safetensors';

/** The one tensor of an adapter of virtual tokens, by peft's name and by the engine's. */
export const virtualTensor = 'prompt_embeddings';

/** What prompt or prefix tuning learned: virtual tokens that come before every text. */
export type VirtualTokens = {
  readonly method: 'prompt' | 'prefix';
  /** How many they are. */
  readonly count: number;
  /** Layers that a prefix was made for, where its configuration says so. */
  readonly layers?: number | undefined;
  /**
   * `prompt_embeddings`: of a prompt [count, hiddenSize], of a prefix
   * [count, layers · 2 · keyValueHeads · headSize], keys before values in each layer.
   */
  readonly tensors: Map<string, AdapterTensor>;
};

const configSchema = z.looseObject({
  peft_type: z.enum(['PROMPT_TUNING', 'PREFIX_TUNING']),
  // Without one peft puts nothing before a text.
  task_type: z.string(),
  num_virtual_tokens: z.int().positive(),
  token_dim: z.int().positive().nullish(),
  num_layers: z.int().positive().nullish(),
});

const kindSchema = z.looseObject({ peft_type: z.string() });

/**
 * Reads any adapter that can be served: LoRA, a prompt or a prefix. Throws as `readPeftAdapter` and
 * `readVirtualTokens` do.
 * @example if (isVirtual(await readServedAdapter('adapter'))) console.log('a prompt or a prefix');
 */
export async function readServedAdapter(folder: string): Promise<Adapter | VirtualTokens> {
  const kind = kindSchema.safeParse(await readJson(join(folder, configName)));
  const isVirtual = kind.data !== undefined && kind.data.peft_type !== 'LORA';
  return isVirtual ? readVirtualTokens(folder) : readPeftAdapter(folder);
}

/** Whether the adapter is one of virtual tokens. */
export function isVirtual(adapter: Adapter | VirtualTokens): adapter is VirtualTokens {
  return 'method' in adapter;
}

/** Virtual tokens that the adapter in a folder puts before every text; 0 for LoRA. Throws as reading it does. */
export async function virtualTokenCount(folder: string): Promise<number> {
  const json = await readJson(join(folder, configName));
  return kindSchema.safeParse(json).data?.peft_type === 'LORA' ? 0 : parse(folder, json).count;
}

/**
 * Reads a prompt or prefix that this engine or `peft` wrote. Throws UnsupportedModelError for a setting it
 * cannot honour, and CheckpointError for a missing, surplus or misshapen tensor.
 */
export async function readVirtualTokens(folder: string): Promise<VirtualTokens> {
  const { method, count, layers, width } = parse(folder, await readJson(join(folder, configName)));
  const file = join(folder, weightsName);
  const { tensors: entries } = await readSafetensors(file);
  const surplus = [...entries.keys()].find((name) => name !== virtualTensor);
  if (surplus !== undefined)
    throw new CheckpointError(file, 'is no tensor of virtual tokens', surplus);
  const entry = entries.get(virtualTensor);
  if (entry === undefined) throw new CheckpointError(file, 'it is missing', virtualTensor);
  const { shape } = entry;
  if (shape.length !== 2 || shape[0] !== count)
    throw new CheckpointError(
      file,
      `shape [${shape.join(', ')}] does not fit ${count} virtual tokens`,
      virtualTensor,
    );
  if (width !== undefined && width !== shape[1])
    throw new CheckpointError(
      file,
      `shape [${shape.join(', ')}] does not fit the token_dim ${width} of ${configName}`,
      virtualTensor,
    );
  const data = await readTensor(entry);
  requireFinite(file, virtualTensor, data);
  return { method, count, layers, tensors: new Map([[virtualTensor, { shape, data }]]) };
}

function parse(
  folder: string,
  json: unknown,
): Pick<VirtualTokens, 'method' | 'count' | 'layers'> & { readonly width: number | undefined } {
  const file = join(folder, configName);
  const config = parseFields(configSchema, file, json);
  const { peft_type: type, num_virtual_tokens: count, token_dim, num_layers } = config;
  const isPrompt = type === 'PROMPT_TUNING';
  checkKeys(file, config, isPrompt ? promptKeys : prefixKeys);
  // A prefix holds keys and values, whose width the model says.
  if (isPrompt)
    return { method: 'prompt', count, layers: undefined, width: token_dim ?? undefined };
  return { method: 'prefix', count, layers: num_layers ?? undefined, width: undefined };
}
