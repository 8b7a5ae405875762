import { join } from 'node:path';
import { z } from 'zod';
import { modelTensors } from '../families/model-config.ts';
import type { AnyModelFolder } from '../families/model-folder.ts';
import { CheckpointError, parseFields, UnsupportedModelError } from '../formats/error.ts';
import { requireFinite } from '../formats/finite.ts';
import { readJson } from '../formats/json-file.ts';
import { readSafetensors, readTensor } from '../formats/safetensors.ts';
import { checkKeys, prefixKeys, promptKeys } from './adapter-keys.ts';
import { type Adapter, type AdapterTensor, type AdapterValues, readPeftAdapter } from './peft.ts';
import { checkTiedHead, withPrefix } from './peft-head.ts';
import { checkSaved, readSaved, savedTensors } from './saved-modules.ts';

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
  /** Whole modules that were trained beside them, by their names in the model: the head of a task. */
  readonly head?: ReadonlyMap<string, AdapterTensor> | undefined;
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
 * Reads any adapter of a model that writes: LoRA, a prompt or a prefix. Throws as `readPeftAdapter` and
 * `readVirtualTokens` do, and UnsupportedModelError for one with the head of a task.
 * @example if (isVirtual(await readServedAdapter('adapter'))) console.log('a prompt or a prefix');
 */
export async function readServedAdapter(folder: string): Promise<Adapter | VirtualTokens> {
  const adapter = await readAdapter(folder);
  if (adapter.head === undefined) return adapter;
  const problem = 'is set: it has the head of a task';
  throw new UnsupportedModelError(join(folder, configName), 'modules_to_save', problem);
}

/**
 * Reads any adapter of this model, the head of its task included, by the model's own names: an embedding model's names
 * its layers as the class without a head does. Throws as `readPeftAdapter` and `readVirtualTokens` do, and
 * CheckpointError for a head with weights that the engine takes from the model.
 * @example const { head } = await readAdapterOf(await openAnyModelFolder('models/minilm'), 'adapter');
 */
export async function readAdapterOf(
  model: AnyModelFolder,
  folder: string,
): Promise<Adapter | VirtualTokens> {
  const adapter = await readAdapter(folder);
  const { head } = adapter;
  const own = modelTensors(model.config);
  for (const name of head?.keys() ?? [])
    if (own.has(name))
      throw new CheckpointError(folder, 'it is a weight of the model itself', name);
  await checkTiedHead(model, folder, head);
  if (isVirtual(adapter)) return adapter;
  return { ...adapter, tensors: withPrefix(adapter.tensors, model) };
}

/** What can be read. */
const known = ['LORA', 'PROMPT_TUNING', 'PREFIX_TUNING'];

async function readAdapter(folder: string): Promise<Adapter | VirtualTokens> {
  const file = join(folder, configName);
  const type = kindSchema.safeParse(await readJson(file)).data?.peft_type;
  if (type === undefined || type === 'LORA') return readPeftAdapter(folder);
  if (known.includes(type)) return readVirtualTokens(folder);
  const problem = `is "${type}"; supported: ${known.join(', ')}`;
  throw new UnsupportedModelError(file, 'peft_type', problem);
}

/** Everything that a run continues of an adapter: what it adds, and its head. */
export function adapterValues({ tensors, head }: Adapter | VirtualTokens): AdapterValues {
  return { tensors: new Map([...tensors, ...(head ?? [])]) };
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
  const json = await readJson(join(folder, configName));
  const { method, count, layers, width, saved } = parse(folder, json);
  const file = join(folder, weightsName);
  const { tensors: entries } = await readSafetensors(file);
  const isSaved = savedTensors(join(folder, configName), saved);
  const head = new Map<string, AdapterTensor>();
  for (const [key, own] of entries)
    if (isSaved(key))
      head.set(...(await readSaved(file, { key, entry: own, prefix: 'base_model.' })));
  checkSaved(file, saved, head);
  const surplus = [...entries.keys()].find((name) => name !== virtualTensor && !isSaved(name));
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
  const tensors = new Map([[virtualTensor, { shape, data }]]);
  return { method, count, layers, tensors, ...(head.size > 0 && { head }) };
}

function parse(
  folder: string,
  json: unknown,
): Pick<VirtualTokens, 'method' | 'count' | 'layers'> & {
  readonly width: number | undefined;
  readonly saved: unknown;
} {
  const file = join(folder, configName);
  const config = parseFields(configSchema, file, json);
  const { peft_type: type, num_virtual_tokens: count, token_dim, num_layers } = config;
  const isPrompt = type === 'PROMPT_TUNING';
  checkKeys(file, config, isPrompt ? promptKeys : prefixKeys);
  // A prefix holds keys and values, whose width the model says.
  const { modules_to_save: saved } = config;
  if (isPrompt)
    return { method: 'prompt', count, layers: undefined, width: token_dim ?? undefined, saved };
  return { method: 'prefix', count, layers: num_layers ?? undefined, width: undefined, saved };
}
