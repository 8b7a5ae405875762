import { basename, dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { CheckpointError, UnsupportedModelError } from '../formats/error.ts';
import { exists, readJson } from '../formats/json-file.ts';
import { isFloatFormat } from '../formats/number-format.ts';
import { readSafetensors, type TensorEntry } from '../formats/safetensors.ts';
import type { DecoderConfig } from './decoder-config.ts';
import { familyOf } from './decoder-families.ts';
import { encoderNames } from './encoder-names.ts';
import { generationEnds } from './generation-config.ts';
import { type ModelConfig, modelTensors, parseModelConfig } from './model-config.ts';
import { isHeadTied } from './tied-weights.ts';

/** A Hugging Face model folder, opened: weights are located, not loaded. */
export type ModelFolder<Config extends ModelConfig = DecoderConfig> = {
  path: string;
  /** The folder's own name, under which the model is offered. */
  name: string;
  config: Config;
  /** By the name that transformers' class gives a weight; `entry.name` is what the file calls it. */
  tensors: ReadonlyMap<string, TensorEntry>;
};

export const singleWeightsFile = 'model.safetensors';
export const weightsIndexFile = 'model.safetensors.index.json';

export type OpenOptions = {
  /** `none` opens a folder that has a config but no weights yet, for training from random weights. */
  weights?: 'required' | 'none';
};

/** A folder of any family. */
export type AnyModelFolder = ModelFolder<ModelConfig>;

/**
 * Opens the folder of a decoder: a model that writes text. Throws as `openAnyModelFolder` does, and
 * UnsupportedModelError for an encoder.
 * @example const { config, tensors } = await openModelFolder('models/lathe-tiny');
 */
export async function openModelFolder(
  path: string,
  options: OpenOptions = {},
): Promise<ModelFolder> {
  const model = await openAnyModelFolder(path, options);
  const { config } = model;
  if (config.kind === 'decoder') return { ...model, config };
  const problem = `is "${config.modelType}", an encoder, which writes no text`;
  throw new UnsupportedModelError(join(model.path, 'config.json'), 'model_type', problem);
}

/**
 * Opens a folder with `config.json` and safetensors weights, in one file or sharded by an index.
 * Throws UnsupportedModelError for a model that the engine cannot compute, naming the field, and
 * CheckpointError for missing, surplus or misshapen weights, naming file and tensor.
 */
export async function openAnyModelFolder(
  path: string,
  options: OpenOptions = {},
): Promise<AnyModelFolder> {
  const folder = resolve(path);
  const configFile = join(folder, 'config.json');
  const config = parseModelConfig(configFile, await readJson(configFile));
  config.eosTokens = [...new Set([...config.eosTokens, ...(await generationEnds(folder))])];
  const tensors: ReadonlyMap<string, TensorEntry> =
    options.weights === 'none' ? new Map() : byModule(config, await locateWeights(folder));
  if (options.weights !== 'none') {
    const isTied = await isHeadTied(config, tensors);
    if (config.kind === 'decoder') config.tieEmbeddings = isTied;
    checkWeights(folder, config, tensors);
  }
  return { path: folder, name: basename(folder), config, tensors };
}

const indexSchema = z.looseObject({ weight_map: z.record(z.string(), z.string()) });

async function locateWeights(folder: string): Promise<ReadonlyMap<string, TensorEntry>> {
  const indexFile = join(folder, weightsIndexFile);
  if (!(await exists(indexFile))) {
    const single = join(folder, singleWeightsFile);
    if (await exists(single)) return (await readSafetensors(single)).tensors;
    throw new CheckpointError(folder, `holds neither ${singleWeightsFile} nor ${weightsIndexFile}`);
  }
  const index = indexSchema.safeParse(await readJson(indexFile));
  if (!index.success)
    throw new CheckpointError(indexFile, 'weight_map must map tensor names to files');
  const shards = new Map<string, ReadonlyMap<string, TensorEntry>>();
  const tensors = new Map<string, TensorEntry>();
  for (const [name, shard] of Object.entries(index.data.weight_map)) {
    if (shard !== basename(shard))
      throw new CheckpointError(indexFile, `shard "${shard}" lies outside the folder`, name);
    if (!shard.endsWith('.safetensors'))
      throw new CheckpointError(indexFile, `shard "${shard}" is not a safetensors file`, name);
    if (!shards.has(shard)) {
      const file = join(folder, shard);
      if (!(await exists(file)))
        throw new CheckpointError(indexFile, `its shard ${shard} is missing`, name);
      shards.set(shard, (await readSafetensors(file)).tensors);
    }
    const entry = shards.get(shard)?.get(name);
    if (entry === undefined)
      throw new CheckpointError(indexFile, `shard ${shard} does not hold it`, name);
    tensors.set(name, entry);
  }
  for (const [shard, held] of shards) {
    for (const name of held.keys()) {
      if (tensors.get(name)?.file !== join(folder, shard)) {
        throw new CheckpointError(
          join(folder, shard),
          `${weightsIndexFile} does not place it in this shard`,
          name,
        );
      }
    }
  }
  return tensors;
}

/**
 * Weights by the names of the class with a head. Exports of a bare base model leave out the prefix, and
 * the first BERTs call a norm's weight gamma and its bias beta.
 */
function byModule(
  config: ModelConfig,
  stored: ReadonlyMap<string, TensorEntry>,
): ReadonlyMap<string, TensorEntry> {
  const prefix =
    config.kind === 'encoder'
      ? encoderNames(config).prefix
      : familyOf(config).isPrefixOptional
        ? familyOf(config).prefix
        : '';
  const modern = (name: string): string =>
    config.kind === 'encoder'
      ? name.replace(/\.gamma$/, '.weight').replace(/\.beta$/, '.bias')
      : name;
  const isBare = prefix !== '' && ![...stored.keys()].some((name) => name.startsWith(prefix));
  const headed = (name: string): string =>
    isBare && name !== 'lm_head.weight' ? `${prefix}${name}` : name;
  return new Map([...stored].map(([name, entry]) => [headed(modern(name)), entry]));
}

/** Weights of heads and poolers, which a task may take up or leave. */
const encoderHeads =
  /^(cls|lm_head|head|decoder|classifier|pre_classifier|qa_outputs|vocab_transform|vocab_layer_norm|vocab_projector|(bert|roberta)\.(pooler|embeddings\.position_ids))\b/;

/** Heads of decoders that score texts or tokens; such a model has no language-model head of its own. */
const decoderHeads = /^(score|classifier|qa_outputs)\./;

/** Whether a decoder's folder has a head that scores texts or tokens in place of writing text. */
export function hasScores({ config, tensors }: AnyModelFolder): boolean {
  return config.kind === 'decoder' && [...tensors.keys()].some((name) => decoderHeads.test(name));
}

/** Tensors that old exports carry and that the model computes or aliases instead of reading. */
function isRedundant(name: string, config: ModelConfig): boolean {
  if (config.kind === 'encoder') return encoderHeads.test(name);
  return (
    decoderHeads.test(name) ||
    name.endsWith('.rotary_emb.inv_freq') ||
    familyOf(config).buffers?.test(name) === true ||
    (name === 'lm_head.weight' && config.tieEmbeddings)
  );
}

function checkWeights(
  folder: string,
  config: ModelConfig,
  tensors: ReadonlyMap<string, TensorEntry>,
): void {
  const expected = modelTensors(config);
  const scores = [...tensors.keys()].some((name) => decoderHeads.test(name));
  for (const [name, { shape }] of expected) {
    const entry = tensors.get(name);
    if (entry === undefined && name === 'lm_head.weight' && scores) continue;
    if (entry === undefined)
      throw new CheckpointError(folder, 'the model needs it, but the weights lack it', name);
    if (entry.shape.join() !== shape.join()) {
      const problem = `config.json implies shape [${shape.join(', ')}], the file has [${entry.shape.join(', ')}]`;
      throw new CheckpointError(entry.file, problem, name);
    }
    if (!isFloatFormat(entry.dtype)) {
      throw new UnsupportedModelError(
        entry.file,
        `dtype of ${name}`,
        `is ${entry.dtype}; supported: F32, F16, BF16, F64`,
      );
    }
  }
  for (const [name, entry] of tensors) {
    if (!expected.has(name) && !isRedundant(name, config)) {
      throw new UnsupportedModelError(
        entry.file,
        `tensor ${name}`,
        `is not part of a ${config.modelType} model`,
      );
    }
  }
}

/** The folder that mapped weights lie in. */
export function weightsFolder(model: AnyModelFolder): string {
  const first: TensorEntry | undefined = model.tensors.values().next().value;
  return first === undefined ? model.path : dirname(first.file);
}
