import type { Tensor } from '../graph/tensor.ts';
import { constant, input, type Value } from '../graph/value.ts';
import type { WindowShape } from '../nn/window.ts';
import { cast, equal, greaterOrEqual, where } from '../ops/comparison.ts';
import { div, mul, sqrt } from '../ops/elementwise.ts';
import { gatherRows } from '../ops/index-rows.ts';
import { reshape, slice } from '../ops/layout.ts';
import { matmul } from '../ops/matmul.ts';
import { reduceSum } from '../ops/reduce.ts';

/** How a text becomes one vector: the mean of its hidden states, or the state of its first or last token. */
export type TextPooling = 'mean' | 'first' | 'last';

/** A text with the row of the embeddings that it gets. */
export type PlacedText = {
  readonly slot: number;
  readonly start: number;
  readonly tokens: Int32Array;
};

/** Which text each token belongs to, or where its first or last token is; and how many each has. */
export function textFeeds(
  texts: readonly PlacedText[],
  { rows, tokens, targets }: WindowShape,
  pooling: TextPooling,
): Record<string, Tensor> {
  const owners = new Int32Array(rows * tokens).fill(-1);
  const picked = new Int32Array(targets);
  const lengths = new Float32Array(targets);
  for (const { slot, start, tokens: text } of texts) {
    if (slot >= targets) throw new RangeError(`more than ${targets} texts in a micro-batch`);
    owners.fill(slot, start, start + text.length);
    picked[slot] = pooling === 'first' ? start : start + text.length - 1;
    lengths[slot] = text.length;
  }
  const vector = (data: Int32Array): Tensor => ({ data, shape: [data.length], dtype: 'int32' });
  return {
    ...(pooling === 'mean'
      ? { token_texts: vector(owners) }
      : { pooled_positions: vector(picked) }),
    text_lengths: { data: lengths, shape: [targets], dtype: 'float32' },
  };
}

/** The embeddings of the texts of a micro-batch. */
export type TextEmbeddings = {
  /** `[targets, hiddenSize]`, each of length 1, 0 in unused room. */
  readonly embeddings: Value;
  /** Which rows from `start` to `end` are of a text, `[end − start, 1]`. */
  usedIn(start: number, end: number): Value;
};

/** Embeddings of the texts that `textFeeds` places. */
export function textEmbeddings(
  hidden: Value,
  { targets }: WindowShape,
  pooling: TextPooling,
): TextEmbeddings {
  const { dtype } = hidden;
  const lengths = reshape(cast(input('text_lengths', [targets], 'float32'), dtype), [targets, 1]);
  // Cut before they are compared: WebGPU has no slices of bool.
  const usedIn = (start: number, end: number): Value =>
    greaterOrEqual(slice(lengths, { axis: 0, start, end }), 0.5);
  const used = usedIn(0, targets);
  const pooled = pooling === 'mean' ? meanOf(hidden, lengths) : pickedOf(hidden, targets);
  const squares = reduceSum(mul(pooled, pooled), { axes: [1], keepDims: true });
  // Unused room must not reach √0, whose slope is infinite.
  const embeddings = where(used, div(pooled, sqrt(where(used, squares, 1))), 0);
  return { embeddings, usedIn };
}

/** The mean of the hidden states of each text `[targets, hiddenSize]`, 0 in unused room. */
function meanOf(hidden: Value, lengths: Value): Value {
  const targets = lengths.shape[0] as number;
  const { dtype, shape } = hidden;
  const count = shape[0] as number;
  const texts = input('token_texts', [count], 'int32');
  const ids = constant(
    Int32Array.from({ length: targets }, (_, slot) => slot),
    [targets, 1],
    'int32',
  );
  const member = cast(equal(ids, reshape(texts, [1, count])), dtype);
  return div(matmul(member, hidden), where(greaterOrEqual(lengths, 0.5), lengths, 1));
}

function pickedOf(hidden: Value, targets: number): Value {
  return gatherRows(hidden, input('pooled_positions', [targets], 'int32'));
}
