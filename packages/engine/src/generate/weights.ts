import { adaptedLinears } from '../adapt/targets.ts';
import { modelTensors } from '../families/model-config.ts';
import type { AnyModelFolder } from '../families/model-folder.ts';
import { readTensor, type TensorEntry } from '../formats/safetensors.ts';
import type { Tensor } from '../graph/tensor.ts';
import { external, input, type Value } from '../graph/value.ts';
import { baseLinears } from '../models/base-linear.ts';
import type { DecoderWeights } from '../models/decoder.ts';
import { add, mul } from '../ops/elementwise.ts';
import { matmul } from '../ops/matmul.ts';
import type { Adapter } from '../peft/peft.ts';
import { NotFiniteError } from './not-finite-error.ts';

/** What stands beside the linear layers of a graph. */
export type Adapters = 'none' | 'one' | 'several';

export type Feeds = Readonly<Record<string, Tensor>>;

/**
 * The base model's weights for serving. float32 weights are mapped from their file by every graph; half
 * formats are widened once, in memory that all graphs share, because widening at every token would cost
 * more than the token.
 */
export type ServedWeights = {
  /** What all of them take in memory, those that are mapped included. */
  readonly bytes: number;
  readonly feeds: Feeds;
  /**
   * Values for one new graph. With an adapter, every linear layer in a block has one beside it; with several,
   * each row keeps of them what `adapter_mask` [rows, rank] says. With `areFed` every weight is an input, and
   * nothing is mapped from a file.
   */
  values(adapters: Adapters, options?: { readonly areFed: boolean }): DecoderWeights;
};

/**
 * Opens the weights of a folder for serving. Throws CheckpointError when a tensor cannot be read.
 * @example const weights = await serveWeights(await openAnyModelFolder('models/lathe-tiny'));
 */
export async function serveWeights(model: AnyModelFolder): Promise<ServedWeights> {
  const feeds: Record<string, Tensor> = {};
  let bytes = 0;
  for (const [name, { shape }] of modelTensors(model.config)) {
    const entry = model.tensors.get(name);
    if (entry !== undefined)
      bytes += shape.reduce((product, size) => product * size, Float32Array.BYTES_PER_ELEMENT);
    // A model that scores texts has no head that writes them.
    if (entry !== undefined && entry.dtype !== 'F32')
      feeds[name] = { data: await readTensor(entry), shape, dtype: 'float32' };
  }
  return {
    bytes,
    feeds,
    values: (adapters, { areFed } = { areFed: false }) =>
      graphValues(model, (name) => areFed || name in feeds, adapters),
  };
}

function graphValues(
  model: AnyModelFolder,
  isFed: (name: string) => boolean,
  adapters: Adapters,
): DecoderWeights {
  const { config } = model;
  const made = new Map<string, Value>();
  const tensor = (name: string): Value => {
    const known = made.get(name);
    if (known !== undefined) return known;
    const value = weightValue(name, model.tensors.get(name) as TensorEntry, isFed(name));
    made.set(name, value);
    return value;
  };
  const sizes = new Map(
    adaptedLinears(config, 'all-linear').map((linear) => [linear.module, linear]),
  );
  const baseLinear = baseLinears(config, tensor);
  const mask =
    adapters === 'several' ? input('adapter_mask', ['rows', 'rank'], 'float32') : undefined;
  return {
    tensor,
    linear(module, x) {
      const base = baseLinear(module, x);
      const linear = sizes.get(module);
      if (adapters === 'none' || linear === undefined) return base;
      const a = input(adapterName(module, 'A'), ['rank', linear.inputs], 'float32');
      const b = input(adapterName(module, 'B'), [linear.outputs, 'rank'], 'float32');
      const narrow = matmul(x, a, { transB: true });
      const own = mask === undefined ? narrow : mul(narrow, mask);
      return add(base, matmul(own, b, { transB: true }));
    },
  };
}

function weightValue(name: string, entry: TensorEntry, isFed: boolean): Value {
  const { file, offset, byteLength, shape } = entry;
  if (isFed) return input(name, shape, 'float32');
  return external(name, { file, offset, byteLength, shape, dtype: 'float32' });
}

/**
 * With larger weights products overflow. Where adapters are stacked, each row's part of them is cut out by a product
 * with 0, and 0 · ∞ is NaN in the rows of others.
 */
const largestWeight = 1e30;

/** The input that a graph names for half of an adapter. */
export function adapterName(module: string, half: 'A' | 'B'): string {
  return `${module}.lora_${half}`;
}

/**
 * An adapter as feeds for every linear layer of the blocks: W·x + B·A·x with the scale folded into B,
 * zeros where the adapter has nothing. Throws RangeError for a tensor that does not fit the model,
 * NotFiniteError for numbers that are not finite or far too large.
 */
export function adapterFeeds(model: AnyModelFolder, adapter: Adapter): Feeds {
  const feeds: Record<string, Tensor> = {};
  const { rank, scale, tensors } = adapter;
  const known = new Set<string>();
  for (const { module, inputs, outputs } of adaptedLinears(model.config, 'all-linear')) {
    const half = (which: 'A' | 'B', shape: readonly [number, number], factor: number): void => {
      const name = adapterName(module, which);
      known.add(name);
      const found = tensors.get(name);
      if (found !== undefined && found.shape.join() !== shape.join())
        throw new RangeError(
          `the adapter's ${name} is [${found.shape.join(', ')}], ${model.name} needs [${shape.join(', ')}]`,
        );
      const data =
        found === undefined
          ? new Float32Array(shape[0] * shape[1])
          : found.data.map((value) => value * factor);
      if (data.some((value) => !(Math.abs(value) <= largestWeight)))
        throw new NotFiniteError('the weights of the adapter');
      feeds[name] = { data, shape, dtype: 'float32' };
    };
    half('A', [rank, inputs], 1);
    half('B', [outputs, rank], scale);
  }
  for (const name of tensors.keys())
    if (!known.has(name))
      throw new RangeError(`${model.name} has no layer for the adapter's ${name}`);
  return feeds;
}
