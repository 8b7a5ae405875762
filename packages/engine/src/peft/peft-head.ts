import { familyOf } from '../families/decoder-families.ts';
import type { EncoderType } from '../families/encoder-config.ts';
import { encoderNames } from '../families/encoder-names.ts';
import type { AnyModelFolder } from '../families/model-folder.ts';
import { type ModelTask, peftTaskType } from '../families/model-task.ts';
import { CheckpointError } from '../formats/error.ts';
import { readTensor } from '../formats/safetensors.ts';
import type { AdapterTensor } from './peft.ts';
import { type PeftContent, peftPrefix } from './peft-folder.ts';

/** Prompts and prefixes are no part of a wrapped model, so peft names what lies beside them by a shorter path. */
const promptPrefix = 'base_model.';

/**
 * An adapter as peft stores it for an objective: its task type, and the head of the objective as whole modules under
 * `modules_to_save`. An adapter of an embedding model is named as in the class without a head, which people load.
 * Throws RangeError where peft has no place for a head, CheckpointError where the base lacks a tied weight.
 */
export async function forTask(
  content: PeftContent,
  {
    model,
    task,
    head,
  }: {
    readonly model: AnyModelFolder;
    readonly task: ModelTask | undefined;
    readonly head: ReadonlyMap<string, AdapterTensor>;
  },
): Promise<PeftContent> {
  const config: Record<string, unknown> = {
    ...content.config,
    task_type: peftTaskType(model.config, task),
  };
  if (task?.kind === 'feature-extraction') return withoutHead({ ...content, config, task }, model);
  if (head.size === 0) return { ...content, config, task };
  if (config.peft_type === 'TRAINABLE_TOKENS')
    throw new RangeError(
      'peft keeps no head beside trained embeddings; export the merged model instead',
    );
  const prefix = isPrompt(content) ? promptPrefix : peftPrefix;
  const tensors = new Map(content.tensors);
  const saved = new Set<string>();
  for (const [name, tensor] of [...head, ...(await tiedTensors(model, task, head))]) {
    saved.add(savedModule(name));
    tensors.set(`${prefix}${name}`, tensor);
  }
  return { ...content, config: { ...config, modules_to_save: [...saved].sort() }, tensors, task };
}

function isPrompt({ config }: PeftContent): boolean {
  return config.peft_type === 'PROMPT_TUNING' || config.peft_type === 'PREFIX_TUNING';
}

/** The outermost module of a head: `classifier` of `classifier.dense.weight`, `pooler` of `bert.pooler.dense.weight`. */
function savedModule(name: string): string {
  const parts = name.split('.');
  return parts[0] === 'bert' || parts[0] === 'roberta'
    ? (parts[1] as string)
    : (parts[0] as string);
}

/**
 * The decoder of a head for masked words, whose weight is the word embeddings and whose bias some families name twice:
 * peft copies the module that holds it, and wants every tensor of its copy.
 */
async function tiedTensors(
  model: AnyModelFolder,
  task: ModelTask | undefined,
  head: ReadonlyMap<string, AdapterTensor>,
): Promise<Map<string, AdapterTensor>> {
  const { config, path, tensors } = model;
  const found = new Map<string, AdapterTensor>();
  if (task?.kind !== 'masked-lm' || config.kind !== 'encoder') return found;
  const decoder = tiedDecoders[config.modelType];
  const words = `${encoderNames(config).words}.weight`;
  const entry = tensors.get(words);
  if (entry === undefined) throw new CheckpointError(path, 'the model needs it', words);
  found.set(`${decoder}.weight`, { shape: entry.shape, data: await readTensor(entry) });
  const bias = head.get(`${decoder}.bias`) ?? head.get(`${decoder.replace('.decoder', '')}.bias`);
  if (bias !== undefined) found.set(`${decoder}.bias`, bias);
  return found;
}

/** The layer of each family whose weight is the word embeddings again. */
const tiedDecoders: Readonly<Record<EncoderType, string>> = {
  bert: 'cls.predictions.decoder',
  roberta: 'lm_head.decoder',
  distilbert: 'vocab_projector',
  modernbert: 'decoder',
};

/** Throws CheckpointError where an adapter's head brings word embeddings of its own, which the engine has only once. */
export async function checkTiedHead(
  { config, tensors }: AnyModelFolder,
  folder: string,
  head: ReadonlyMap<string, AdapterTensor> | undefined,
): Promise<void> {
  if (config.kind !== 'encoder') return;
  const name = `${tiedDecoders[config.modelType]}.weight`;
  const own = head?.get(name);
  const words = tensors.get(`${encoderNames(config).words}.weight`);
  if (own === undefined || words === undefined) return;
  const wanted = await readTensor(words);
  if (own.data.length !== wanted.length || wanted.some((value, at) => value !== own.data[at]))
    throw new CheckpointError(folder, 'it is not the word embeddings of the model', name);
}

/** The prefix of a family's layers in the classes with a head. */
function prefixOf({ config }: AnyModelFolder): string {
  return config.kind === 'encoder' ? encoderNames(config).prefix : familyOf(config).prefix;
}

/**
 * How an adapter calls a layer of the model, told by the names of its tensors without peft's own prefix: the class without
 * a head leaves out the family's.
 */
export function namedAs(
  tensors: Iterable<string>,
  model: AnyModelFolder,
): (module: string) => string {
  const prefix = prefixOf(model);
  const isBare = ![...tensors].some((name) => name.startsWith(prefix));
  return (module) => (isBare && module.startsWith(prefix) ? module.slice(prefix.length) : module);
}

/** Tensors of an adapter by the model's own names, where they are of the class without a head. */
export function withPrefix(
  tensors: ReadonlyMap<string, AdapterTensor>,
  model: AnyModelFolder,
): Map<string, AdapterTensor> {
  const prefix = prefixOf(model);
  const isBare = ![...tensors.keys()].some((name) => name.startsWith(prefix));
  return new Map(
    [...tensors].map(([name, tensor]) => [isBare ? `${prefix}${name}` : name, tensor]),
  );
}

/** The adapter by the names of the class without a head: `layers.0…` for `model.layers.0…`. */
function withoutHead(content: PeftContent, model: AnyModelFolder): PeftContent {
  const { config } = model;
  const prefix = prefixOf(model);
  const bare = (name: string): string =>
    name.startsWith(prefix) ? name.slice(prefix.length) : name;
  const renamed = Object.fromEntries(
    Object.entries(content.config).map(([key, value]) => [
      key,
      /_modules$/.test(key) && Array.isArray(value) ? value.map(String).map(bare) : value,
    ]),
  );
  const tensors = [...content.tensors].map(([name, tensor]): [string, AdapterTensor] => [
    name.startsWith(peftPrefix) ? `${peftPrefix}${bare(name.slice(peftPrefix.length))}` : name,
    tensor,
  ]);
  // A target named `dense` would take in the pooler, which this objective leaves alone.
  const hasPooler = config.modelType === 'bert' || config.modelType === 'roberta';
  if (hasPooler && Array.isArray(renamed.target_modules))
    renamed.exclude_modules = ['pooler.dense'];
  return { ...content, config: renamed, tensors: new Map(tensors) };
}
