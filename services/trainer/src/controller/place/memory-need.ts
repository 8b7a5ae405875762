import type { JobRecord } from '@lathe/contracts/job/record';
import type { OfferedModel } from '@lathe/contracts/record/worker';

/** Bytes of a number as the engine computes with it. */
const numberBytes = 4;
/** Node and ONNX Runtime without any model, and what the graph of one layer takes. */
const processBytes = 160 * 2 ** 20;
const layerBytes = 5 * 2 ** 20;
/** Tokens of one forward and backward pass: the engine's default, and more where one example is longer. */
const passTokens = 2048;
/** Tokens of the longest example, where the job does not say how long one may be. */
const usualTokens = 512;
/** Rows of logits that are there at a time. */
const logitRows = 1024;
/** Rank of an adapter when the job names none: the engine's default. */
const usualRank = 16;
/** Copies of a trained number without the optimizer's: its value, the gradient as it is made and as a sum. */
const trainedCopies = 3;
/** Buffers of the size of what trains that each optimizer keeps; Adafactor's are rows and columns. */
const optimizerCopies = { adamw: 2, sgd: 1, lion: 1, adafactor: 0.1 };
/** What a linear layer takes in 4 bits with its scales, as a share of 32 bits. */
const fourBitShare = 0.16;
/** Frozen weights whose copies for faster products are larger are used as they are: the engine's default. */
const mostPackedBytes = 1.5 * 2 ** 30;
/** Those copies, two of each weight, less what is given back of the weights as they are stored. */
const packedCopies = 1.2;
/** Activations that are left when the inside of blocks is computed again. */
const recomputedShare = 0.5;

/**
 * About how much memory a job needs on a worker, in bytes, from sizes alone: its own limit where it has one. With
 * AdamW every weight counts five times in full training; with LoRA the base counts once and the adapter's
 * rank · (in + out) numbers of each linear layer five times; IA³, single and virtual tokens are as good as nothing. What
 * the backward pass needs of the forward pass is 6 hidden and 3 intermediate widths a token and layer; attention
 * scores, 0.9 for each head (of 64) and token that a token sees; and twice the logits of a chunk. Frozen weights of
 * small models are laid out anew for faster products. The constants are fitted to `estimateMemory`, which goes through the graph itself (docs/memory.md).
 */
export function memoryNeed(
  {
    settings,
    options,
    microBatchTokens,
  }: Pick<JobRecord, 'settings' | 'options' | 'microBatchTokens'>,
  model: OfferedModel,
): number {
  if (options.memory_limit !== undefined) return options.memory_limit;
  const { layers, hiddenSize, intermediateSize, vocabularySize, weightBytes } = model;
  const adaptation = settings?.adaptation ?? options.adaptation ?? { type: 'lora' };
  const longest = options.max_tokens ?? usualTokens;
  const tokens = Math.max(microBatchTokens ?? options.micro_batch_tokens ?? passTokens, longest);
  const scores = 0.9 * (hiddenSize / 64) * longest;
  const kept = options.recompute_activations === true ? recomputedShare : 1;
  const perToken = kept * layers * (6 * hiddenSize + 3 * intermediateSize + scores);
  const activations = (tokens * perToken + 2 * logitRows * vocabularySize) * numberBytes;
  // Pairs are measured under the base model in programs of their own.
  const programs = settings?.preference === undefined ? 1 : 1.5;
  const fixed = processBytes + layers * layerBytes + programs * activations;
  const copies = trainedCopies + optimizerCopies[options.optimizer?.type ?? 'adamw'];
  if (adaptation.type === 'full' || adaptation.type === 'layers')
    return fixed + copies * weightBytes;
  const packed =
    2 * weightBytes <= mostPackedBytes && options.recompute_activations !== true
      ? packedCopies * weightBytes
      : 0;
  if (adaptation.type !== 'lora') return fixed + weightBytes + packed;
  // Queries, keys, values and output; gate, up and down.
  const widths = layers * (8 * hiddenSize + 3 * (hiddenSize + intermediateSize));
  const adapterBytes = (adaptation.rank ?? usualRank) * widths * numberBytes;
  const base = adaptation.base_bits === undefined ? weightBytes + packed : roundedBytes(model);
  return fixed + base + copies * adapterBytes;
}

/** Bytes of the frozen weights whose linear layers are in 4 bits. */
function roundedBytes({ weightBytes, hiddenSize, vocabularySize }: OfferedModel): number {
  const embeddings = Math.min(weightBytes, hiddenSize * vocabularySize * numberBytes);
  return embeddings + fourBitShare * (weightBytes - embeddings);
}

/** A size for people: `12 GiB`, `8.5 GiB`, `640 MiB`. */
export function sizeText(bytes: number): string {
  const mebibytes = bytes / 2 ** 20;
  if (mebibytes < 1000) return `${Math.ceil(mebibytes)} MiB`;
  const gibibytes = mebibytes / 1024;
  return `${gibibytes < 10 ? Math.round(gibibytes * 10) / 10 : Math.round(gibibytes)} GiB`;
}
