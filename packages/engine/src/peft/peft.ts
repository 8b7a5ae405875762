import { join } from 'node:path';
import { z } from 'zod';
import { CheckpointError, UnsupportedModelError } from '../formats/error.ts';
import { requireFinite } from '../formats/finite.ts';
import { readJson } from '../formats/json-file.ts';
import { readSafetensors, readTensor } from '../formats/safetensors.ts';
import { adapterScale, parseAdapterConfig } from './adapter-config.ts';
import { type AdapterTargets, adapterTargets } from './adapter-targets.ts';
import { peftPrefix } from './peft-folder.ts';
import { checkSaved, excludedModules, readSaved, savedTensors } from './saved-modules.ts';

export type AdapterTensor = { shape: readonly number[]; data: Float32Array };

/** A LoRA adapter in memory: each target linear W [out, in] becomes W + scale · B · A. */
export type Adapter = {
  rank: number;
  alpha: number;
  scale: number;
  targets: string[];
  /** `model.layers.0.self_attn.q_proj.lora_A` [rank, in], `….lora_B` [out, rank]. */
  tensors: Map<string, AdapterTensor>;
  /** Whole modules that were trained beside it, by their names in the model: the head of a task. */
  head?: ReadonlyMap<string, AdapterTensor> | undefined;
};

/** The values of an adapter of any kind, by the engine's names. */
export type AdapterValues = { readonly tensors: ReadonlyMap<string, AdapterTensor> };

const configName = 'adapter_config.json';
const weightsName = 'adapter_model.safetensors';
const suffix = '.weight';

/**
 * Reads an adapter that this engine or `peft` wrote. Throws UnsupportedModelError for a setting it cannot
 * honour, and CheckpointError for a missing, surplus or misshapen tensor. `modules`, when given, maps
 * every linear of the base model to its [out, in]; then every module that a target names must be there.
 * @example const { rank, targets } = await readPeftAdapter('adapter');
 */
export async function readPeftAdapter(
  folder: string,
  modules?: ReadonlyMap<string, readonly number[]>,
): Promise<Adapter> {
  const config = parseAdapterConfig(
    join(folder, configName),
    await readJson(join(folder, configName)),
  );
  const file = join(folder, weightsName);
  const { tensors: entries } = await readSafetensors(file);
  const isSaved = savedTensors(join(folder, configName), config.modules_to_save);
  const head = new Map<string, AdapterTensor>();
  const tensors = new Map<string, AdapterTensor>();
  for (const [key, entry] of entries) {
    if (isSaved(key)) {
      head.set(...(await readSaved(file, { key, entry, prefix: peftPrefix })));
      continue;
    }
    const name = adapterName(file, key);
    const data = await readTensor(entry);
    requireFinite(file, name, data);
    tensors.set(name, { shape: entry.shape, data });
  }
  checkSaved(file, config.modules_to_save, head);
  const isExcluded = excludedModules(join(folder, configName), config.exclude_modules);
  const layers = layersOf(join(folder, configName), config.layers_to_transform);
  const named = adapterTargets(join(folder, configName), config.target_modules);
  const targets: AdapterTargets = {
    each: named.each,
    names: (module) => named.names(module) && inLayers(module, layers) && !isExcluded(module),
  };
  checkPairs(file, tensors, config.r, targets);
  if (modules !== undefined) checkModules(file, tensors, targets, modules);
  return {
    rank: config.r,
    alpha: config.lora_alpha,
    scale: adapterScale(config),
    targets: typeof config.target_modules === 'string' ? modulesOf(tensors) : config.target_modules,
    tensors,
    ...(head.size > 0 && { head }),
  };
}

const layersSchema = z.union([z.int().min(0), z.array(z.int().min(0))]).nullish();

function layersOf(file: string, given: unknown): readonly number[] | undefined {
  const parsed = layersSchema.safeParse(given);
  if (!parsed.success)
    throw new UnsupportedModelError(file, 'layers_to_transform', 'is no list of layers');
  return parsed.data === undefined || parsed.data === null ? undefined : [parsed.data].flat();
}

/** Whether a module lies in one of these blocks: the first number of its path, as peft counts. No blocks: in any. */
export function inLayers(module: string, layers: readonly number[] = []): boolean {
  const [, index] = /^.*?\.[^.]*\.(\d+)\./.exec(module) ?? [];
  return layers.length === 0 || (index !== undefined && layers.includes(Number(index)));
}

function adapterName(file: string, key: string): string {
  if (/^base_model\.model\..+\.lora_[AB]\.weight$/.test(key)) {
    return key.slice(peftPrefix.length, -suffix.length);
  }
  throw new CheckpointError(file, 'is not a LoRA tensor of a linear layer', key);
}

/** The layers that the adapter changes, by their paths. */
function modulesOf(tensors: ReadonlyMap<string, AdapterTensor>): string[] {
  return [...new Set([...tensors.keys()].map((name) => name.slice(0, -'.lora_A'.length)))];
}

function checkPairs(
  file: string,
  tensors: ReadonlyMap<string, AdapterTensor>,
  rank: number,
  targets: AdapterTargets,
): void {
  for (const [name, { shape, data }] of tensors) {
    const [, module, half] = /^(.+)\.lora_([AB])$/.exec(name) ?? [];
    if (module === undefined)
      throw new CheckpointError(file, 'the name must end with .lora_A or .lora_B', name);
    const other = `${module}.lora_${half === 'A' ? 'B' : 'A'}`;
    if (!tensors.has(other)) throw new CheckpointError(file, `${other} is missing`, name);
    const isFit =
      shape.length === 2 &&
      shape[half === 'A' ? 0 : 1] === rank &&
      data.length === shape[0]! * shape[1]!;
    if (!isFit)
      throw new CheckpointError(
        file,
        `shape [${shape.join(', ')}] does not fit rank ${rank}`,
        name,
      );
    if (!targets.names(module))
      throw new CheckpointError(file, 'no target_modules entry names it', name);
  }
  const modules = modulesOf(tensors);
  for (const target of targets.each)
    if (!modules.some((module) => target.names(module)))
      throw new CheckpointError(file, `holds no tensor for target_modules ${target.text}`);
}

function checkModules(
  file: string,
  tensors: ReadonlyMap<string, AdapterTensor>,
  targets: AdapterTargets,
  modules: ReadonlyMap<string, readonly number[]>,
): void {
  for (const [module, [out, into]] of modules) {
    if (!targets.names(module)) continue;
    const a = tensors.get(`${module}.lora_A`);
    const b = tensors.get(`${module}.lora_B`);
    if (a === undefined || b === undefined)
      throw new CheckpointError(file, 'it is missing', `${module}.lora_A`);
    if (a.shape[1] !== into)
      throw new CheckpointError(
        file,
        `the base module reads ${into} values, not ${a.shape[1]}`,
        `${module}.lora_A`,
      );
    if (b.shape[0] !== out)
      throw new CheckpointError(
        file,
        `the base module gives ${out} values, not ${b.shape[0]}`,
        `${module}.lora_B`,
      );
  }
  for (const name of tensors.keys()) {
    const module = name.slice(0, -'.lora_A'.length);
    if (!modules.has(module))
      throw new CheckpointError(file, 'the base model has no such linear layer', name);
  }
}
