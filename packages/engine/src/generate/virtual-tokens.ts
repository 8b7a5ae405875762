import type { AdaptHooks } from '../adapt/adaptation.ts';
import { prefixTuning } from '../adapt/prefix-tuning.ts';
import { promptTuning } from '../adapt/prompt-tuning.ts';
import type { DecoderConfig } from '../families/decoder-config.ts';
import type { AnyModelFolder } from '../families/model-folder.ts';
import type { Tensor } from '../graph/tensor.ts';
import { input } from '../graph/value.ts';
import { rootSeed } from '../nn/seed.ts';
import { type VirtualTokens, virtualTensor } from '../peft/peft-virtual.ts';
import type { Feeds } from './weights.ts';

/** Virtual tokens that fit the model that serves them. */
export type ServedVirtualTokens = {
  readonly method: VirtualTokens['method'];
  readonly count: number;
  /** As VirtualTokens has it. */
  readonly tensor: Tensor;
};

/** Checks virtual tokens against a model. Throws RangeError when their size is not the model's. */
export function servedVirtualTokens(
  { config, name }: AnyModelFolder,
  { method, count, layers: madeFor, tensors }: VirtualTokens,
): ServedVirtualTokens {
  const { hiddenSize, layers, keyValueHeads, headSize } = config;
  const width = method === 'prompt' ? hiddenSize : layers * 2 * keyValueHeads * headSize;
  if (madeFor !== undefined && madeFor !== layers)
    throw new RangeError(
      `the adapter's num_layers is ${madeFor}, but ${name} has ${layers} layers`,
    );
  const found = tensors.get(virtualTensor);
  if (found?.shape.join() !== `${count},${width}`)
    throw new RangeError(
      `the adapter's ${virtualTensor} is [${found?.shape.join(', ')}], ${name} needs [${count}, ${width}]`,
    );
  return { method, count, tensor: { data: found.data, shape: [count, width], dtype: 'float32' } };
}

/** What the virtual tokens change in a forward pass as training has it, over an input of that name. */
export function virtualHooks(
  model: AnyModelFolder,
  { method, count, tensor }: ServedVirtualTokens,
): AdaptHooks {
  const target = { model, seed: rootSeed(0), shapesOnly: true };
  const virtualTokens = count;
  const adaptation =
    method === 'prompt'
      ? promptTuning({ type: 'prompt-tuning', tokens: virtualTokens, initial: 'random' }, target)
      : prefixTuning({ type: 'prefix-tuning', tokens: virtualTokens }, target);
  const value = input(virtualTensor, tensor.shape, 'float32');
  return adaptation.hooks({ tensor: () => value, dropped: (_, x) => x, dropoutScale: 1 });
}

/**
 * The learned keys and values of a prefix as a cache holds them: `key.<layer>` and `value.<layer>`
 * [1, keyValueHeads, count, headSize]. They are stored as attention reads them, rotated nowhere.
 */
export function prefixContent(
  { layers, keyValueHeads, headSize }: DecoderConfig,
  { count, tensor }: ServedVirtualTokens,
): Feeds {
  const all = tensor.data as Float32Array;
  const width = keyValueHeads * headSize;
  const side = (at: number): Tensor => {
    const data = new Float32Array(count * width);
    for (let token = 0; token < count; token++)
      for (let head = 0; head < keyValueHeads; head++) {
        const from = (token * 2 * layers + at) * width + head * headSize;
        data.set(all.subarray(from, from + headSize), (head * count + token) * headSize);
      }
    return { data, shape: [1, keyValueHeads, count, headSize], dtype: 'float32' };
  };
  const content: Record<string, Tensor> = {};
  for (let layer = 0; layer < layers; layer++) {
    content[`key.${layer}`] = side(2 * layer);
    content[`value.${layer}`] = side(2 * layer + 1);
  }
  return content;
}
