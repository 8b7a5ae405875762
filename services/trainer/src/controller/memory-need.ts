import type { JobRecord } from '@lathe/contracts/job/record';
import type { OfferedModel } from '@lathe/contracts/record/worker';

/** Bytes of a number as the engine computes with it. */
const numberBytes = 4;
/** The engine's process without any model: Node, ONNX Runtime, compiled graphs. */
const processBytes = 192 * 2 ** 20;
/** Tokens of one forward and backward pass: the engine's default, and more where one example is longer. */
const passTokens = 2048;
/** Rank of an adapter when the job names none: the engine's default. */
const usualRank = 16;

/**
 * About how much memory a job needs on a worker, in bytes. A trained number is kept four times: value,
 * gradient and the two moments of Adam. So every weight counts four times in full training; with LoRA the
 * base counts once and the adapter's rank · (in + out) numbers of each linear layer four times. What
 * the backward pass needs of the forward pass is taken as 16 hidden and 6 intermediate widths a token and
 * layer, and the logits and their gradient, two numbers a token and word of the vocabulary.
 */
export function memoryNeed(
  job: Pick<JobRecord, 'settings' | 'options'>,
  model: OfferedModel,
): number {
  const { layers, hiddenSize, intermediateSize, vocabularySize, weightBytes } = model;
  const adaptation = job.settings?.adaptation ?? job.options.adaptation ?? { type: 'lora' };
  const tokens = Math.max(passTokens, job.options.max_tokens ?? 0);
  const perToken = layers * (16 * hiddenSize + 6 * intermediateSize) + 2 * vocabularySize;
  const activations = tokens * perToken * numberBytes;
  if (adaptation.type === 'full') return processBytes + 4 * weightBytes + activations;
  // Queries, keys, values and output; gate, up and down.
  const widths = layers * (8 * hiddenSize + 3 * (hiddenSize + intermediateSize));
  const adapterBytes = (adaptation.rank ?? usualRank) * widths * numberBytes;
  return processBytes + weightBytes + 4 * adapterBytes + activations;
}

/** A size for people: `12 GiB`, `8.5 GiB`, `640 MiB`. */
export function sizeText(bytes: number): string {
  const mebibytes = bytes / 2 ** 20;
  if (mebibytes < 1000) return `${Math.ceil(mebibytes)} MiB`;
  const gibibytes = mebibytes / 1024;
  return `${gibibytes < 10 ? Math.round(gibibytes * 10) / 10 : Math.round(gibibytes)} GiB`;
}
