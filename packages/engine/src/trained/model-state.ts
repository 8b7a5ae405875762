import type { Recipe } from '@lathe/recipe/recipe';
import type { Adaptation } from '../adapt/adaptation.ts';
import { createAdaptation } from '../adapt/create-adaptation.ts';
import { decoderNames } from '../families/decoder-families.ts';
import type { TensorPlan } from '../families/decoder-tensors.ts';
import { modelTensors } from '../families/model-config.ts';
import type { AnyModelFolder } from '../families/model-folder.ts';
import { readTensor, type TensorEntry } from '../formats/safetensors.ts';
import type { Tensor } from '../graph/tensor.ts';
import { input, type Value } from '../graph/value.ts';
import type { HeadTensor } from '../models/heads.ts';
import { fillInitialWeight } from '../models/initial-weights.ts';
import { child, fillNormal, rootSeed } from '../nn/seed.ts';
import type { Objective } from '../objectives/objective.ts';
import { mappedWeight } from '../ops/comparison.ts';
import { createOptimizer } from '../optim/create-optimizer.ts';
import { allocateState, type FlatState, type Parameter, planGroups } from '../optim/flat-state.ts';
import type { AdapterValues } from '../peft/peft.ts';
import { layerRate } from './layer-rates.ts';

/** What a run trains, and where the rest of the model is. */
export type ModelState = {
  readonly state: FlatState;
  /** Everything that trains: weights of the model, what the method adds, and the objective's head. */
  readonly parameters: readonly Parameter[];
  readonly adaptation: Adaptation;
  /** Parameters that the objective adds to the model; they are among `parameters` too. */
  readonly head: readonly HeadTensor[];
};

export type ModelStateOptions = {
  readonly model: AnyModelFolder;
  readonly settings: Recipe;
  /** Start from random weights; only for training every weight. */
  readonly initial?: 'random' | undefined;
  /** Continue an adapter of the same shapes. */
  readonly adapter?: AdapterValues | undefined;
  /** What the objective adds to the model, and whether it leaves the language-model head alone. */
  readonly objective?: Pick<Objective<never>, 'head' | 'headless'> | undefined;
  /** Nothing is to be trained: weights that a method would read are left alone. */
  readonly shapesOnly?: boolean | undefined;
};

/** What a run trains, before anything is read or allocated. */
export type ModelPlan = Pick<ModelState, 'parameters' | 'adaptation' | 'head'> & {
  /** The trained weights of the base model. */
  readonly weights: ReadonlyMap<string, TensorPlan>;
};

/** Lays out the trainable parameters. Throws RangeError when the options contradict each other. */
export async function planModel(options: ModelStateOptions): Promise<ModelPlan> {
  const { model, settings, initial, adapter, objective } = options;
  const { adaptation: method } = settings;
  if (initial === 'random' && method.type !== 'full')
    throw new RangeError(
      `random initial weights need the method "full": "${method.type}" would freeze them`,
    );
  const seed = child(rootSeed(settings.seed), 'initial');
  const adaptation = await createAdaptation(method, {
    model,
    seed,
    shapesOnly: options.shapesOnly,
  });
  if (adapter !== undefined && adaptation.added.length === 0)
    throw new RangeError(`an adapter was given, but the method "${method.type}" has none`);
  const head = objective?.head?.(model.config) ?? [];
  const plans = trainedWeights(options, adaptation);
  const weights = [...plans].map(([name, { shape, role }]) => ({
    name,
    shape,
    decays: role === 'linear' || role === 'embedding',
  }));
  const rate = layerRate(model.config, settings.layerRateDecay);
  const parameters = [...weights, ...adaptation.added, ...head].map(
    (parameter: Parameter): Parameter => ({
      ...parameter,
      rate: (parameter.rate ?? 1) * rate(parameter.name),
    }),
  );
  if (parameters.length === 0)
    throw new RangeError(`the method "${method.type}" leaves nothing to train for this objective`);
  return { parameters, adaptation, head, weights: plans };
}

/**
 * Allocates the state and fills in where it starts: the folder's weights, random weights, a fresh adapter, or
 * a given one. Throws RangeError when the options contradict each other.
 */
export async function createModelState(options: ModelStateOptions): Promise<ModelState> {
  const { model, settings, initial, adapter } = options;
  const { parameters, adaptation, head, weights: plans } = await planModel(options);
  const state = allocateState(planGroups(parameters), createOptimizer(settings.optimizer));
  for (const [name, { role }] of plans) {
    const values = state.tensors.get(name) as Float32Array;
    if (initial === 'random')
      fillInitialWeight(name, values, {
        role,
        config: model.config,
        seed: rootSeed(settings.seed),
      });
    else values.set(await readTensor(entryOf(model, name)));
  }
  for (const { name, shape, start } of adaptation.added)
    state.tensors
      .get(name)
      ?.set(adapter === undefined ? await start() : continued(adapter, name, shape));
  await startHead(options, head, state);
  return { state, parameters, adaptation, head };
}

/** The weights of the base model that train. */
function trainedWeights(
  { model, objective }: ModelStateOptions,
  adaptation: Adaptation,
): Map<string, TensorPlan> {
  const plans = modelTensors(model.config);
  if (objective?.headless && model.config.kind === 'decoder')
    plans.delete(`${decoderNames(model.config).head}.weight`);
  return new Map([...plans].filter(([name]) => adaptation.trains(name)));
}

function continued(
  { tensors }: AdapterValues,
  name: string,
  shape: readonly number[],
): Float32Array {
  const found = tensors.get(name);
  if (found !== undefined && found.shape.join() === shape.join()) return found.data;
  throw new RangeError(
    `the adapter to continue has ${found ? `shape [${found.shape}]` : 'nothing'} for ${name}; the settings ask for [${shape}]`,
  );
}

/** Fills what the objective adds: from the adapter or folder that has it already, else anew. */
async function startHead(
  { model, settings, initial, adapter }: ModelStateOptions,
  head: readonly HeadTensor[],
  state: FlatState,
): Promise<void> {
  for (const { name, shape, initial: kind } of head) {
    const values = state.tensors.get(name) as Float32Array;
    const entry = initial === 'random' ? undefined : model.tensors.get(name);
    const found =
      adapter?.tensors.get(name) ??
      (entry && { shape: entry.shape, data: await readTensor(entry) });
    if (found !== undefined) {
      if (found.shape.join() !== shape.join())
        throw new RangeError(`${name} has shape [${found.shape}]; the objective needs [${shape}]`);
      values.set(found.data);
    } else if (kind === 'ones') values.fill(1);
    else if (kind === 'normal')
      fillNormal(
        values,
        child(rootSeed(settings.seed), 'initial', name),
        model.config.initializerRange,
      );
  }
}

/** Graph values of the model's weights: what trains is an input, what is frozen is mapped from its file. */
export type WeightValues = {
  tensor(name: string): Value;
  /** The inputs, by parameter name; one appears when the model has asked for it. */
  readonly parameters: ReadonlyMap<string, Value>;
};

/**
 * Fresh graph values for one graph. Each weight is one value, however often it is asked for. What trains is an
 * input of its own unless its values are given.
 */
export function weightValues(
  model: AnyModelFolder,
  { parameters, adaptation }: Pick<ModelState, 'parameters' | 'adaptation'>,
  given?: ReadonlyMap<string, Value>,
): WeightValues {
  const frozen = new Map<string, Value>(
    adaptation.fixed.map(({ name, shape, dtype }) => [name, input(feedName(name), shape, dtype)]),
  );
  const trained =
    given ??
    new Map(parameters.map(({ name, shape }) => [name, input(feedName(name), shape, 'float32')]));
  return {
    parameters: trained,
    tensor(name) {
      const known = trained.get(name) ?? frozen.get(name);
      if (known !== undefined) return known;
      const { file, offset, byteLength, dtype, shape } = entryOf(model, name);
      const value = mappedWeight(name, {
        file,
        offset,
        byteLength,
        dtype: mappedType(dtype),
        shape,
      });
      frozen.set(name, value);
      return value;
    },
  };
}

/** The feeds of what trains, views of the state, so that they are always current, and of what is fixed. */
export function parameterFeeds({
  state,
  parameters,
  adaptation,
}: ModelState): Record<string, Tensor> {
  const feeds: Record<string, Tensor> = {};
  for (const { name, shape, data, dtype = 'float32' } of adaptation.fixed)
    feeds[feedName(name)] = { data, shape, dtype };
  for (const { name, shape } of parameters)
    feeds[feedName(name)] = {
      data: state.tensors.get(name) as Float32Array,
      shape,
      dtype: 'float32',
    };
  return feeds;
}

/** The input that a parameter is fed to. */
export function feedName(parameter: string): string {
  return `parameter.${parameter}`;
}

function entryOf(model: AnyModelFolder, name: string): TensorEntry {
  const entry = model.tensors.get(name);
  if (entry === undefined)
    throw new RangeError(`${model.path} has no weights for ${name}; train from random weights?`);
  return entry;
}

function mappedType(dtype: TensorEntry['dtype']): 'float32' | 'float16' | 'bfloat16' | 'float64' {
  switch (dtype) {
    case 'F32':
      return 'float32';
    case 'F16':
      return 'float16';
    case 'BF16':
      return 'bfloat16';
    case 'F64':
      return 'float64';
    default:
      throw new RangeError(`a weight may not be ${dtype}`);
  }
}
