import type { ModelConfig } from '../families/model-config.ts';
import type { Tensor } from '../graph/tensor.ts';
import { constant, input, type Value } from '../graph/value.ts';
import type { WindowShape } from '../nn/window.ts';
import { cast, equal, greaterOrEqual, where } from '../ops/comparison.ts';
import { crossEntropy } from '../ops/cross-entropy.ts';
import { add, div, mul, sqrt } from '../ops/elementwise.ts';
import { gatherRows } from '../ops/index-rows.ts';
import { reshape, slice, transpose } from '../ops/layout.ts';
import { matmul } from '../ops/matmul.ts';
import { reduceSum } from '../ops/reduce.ts';
import { typesOf } from './encoder-example.ts';
import {
  type Backbone,
  checkSequence,
  type Forward,
  type Objective,
  type Placed,
} from './objective.ts';
import type { SettingsOf } from './objective-settings.ts';

/** A text, one that should lie close to it, and texts that should not. */
export type EmbeddingExample = {
  readonly anchor: Int32Array;
  readonly positive: Int32Array;
  /** Hard negatives; the other examples of the batch are negatives without being named. */
  readonly negatives?: readonly Int32Array[] | undefined;
};

/**
 * Contrastive tuning of embeddings with in-batch negatives (InfoNCE); weight: examples. An anchor's loss is the
 * cross-entropy of scale · cosine(anchor, candidate) over the positives and hard negatives of the whole
 * batch, its own positive being right (MultipleNegativesRankingLoss); `symmetric` adds the same question asked of
 * each positive over the anchors and halves the sum. A batch can not be split over micro-batches: every
 * step must fit one. `vectors.embeddings` `[targets, hiddenSize]` are of length 1: anchors at 0, 1, …, their
 * positives from `examples` on, then the negatives.
 */
export function embeddingPairs(
  config: ModelConfig,
  settings: SettingsOf<'embedding'>,
): Objective<EmbeddingExample> {
  const types = typesOf(config);
  return {
    name: 'embedding-pairs',
    settings,
    headless: true,
    task: { kind: 'feature-extraction' },
    contrastive: true,
    sequences,
    types: types && ((example) => sequences(example).flatMap((tokens) => types({ tokens }))),
    targets: (example) => sequences(example).length,
    weight: () => 1,
    check(example, name, limits) {
      for (const [at, tokens] of sequences(example).entries()) {
        const part = at === 0 ? 'anchor' : at === 1 ? 'positive' : `negative ${at - 2}`;
        checkSequence(tokens, `the ${part} of ${name}`, limits);
      }
    },
    checkPlan({ microBatchesPerStep }) {
      if (microBatchesPerStep > 1)
        throw new RangeError(
          `a batch of these embedding examples takes ${microBatchesPerStep} micro-batches, but in-batch negatives need it in one: raise microBatchTokens, or lower batchSize or maxTokens`,
        );
    },
    feeds: (placed, { shape }) => embeddingFeeds(placed, shape, settings),
    forward: (backbone, shape) => embeddingForward(backbone, shape, settings),
    *digest(example) {
      for (const tokens of sequences(example)) yield tokens;
    },
  };
}

function sequences({ anchor, positive, negatives = [] }: EmbeddingExample): Int32Array[] {
  return [anchor, positive, ...negatives];
}

/** Which text each token belongs to, or where its first or last token is; and how many each has. */
function embeddingFeeds(
  placed: readonly Placed<EmbeddingExample>[],
  { rows, tokens, targets, examples }: WindowShape,
  { pooling }: SettingsOf<'embedding'>,
): Record<string, Tensor> {
  const texts = new Int32Array(rows * tokens).fill(-1);
  const picked = new Int32Array(targets);
  const lengths = new Float32Array(targets);
  let negative = 2 * examples;
  for (const [at, { example, starts }] of placed.entries())
    for (const [part, text] of sequences(example).entries()) {
      const slot = part === 0 ? at : part === 1 ? examples + at : negative++;
      if (slot >= targets) throw new RangeError(`more than ${targets} texts in a micro-batch`);
      const start = starts[part] as number;
      texts.fill(slot, start, start + text.length);
      picked[slot] = pooling === 'first' ? start : start + text.length - 1;
      lengths[slot] = text.length;
    }
  const vector = (data: Int32Array): Tensor => ({ data, shape: [data.length], dtype: 'int32' });
  return {
    ...(pooling === 'mean' ? { token_texts: vector(texts) } : { pooled_positions: vector(picked) }),
    text_lengths: { data: lengths, shape: [targets], dtype: 'float32' },
  };
}

function embeddingForward(
  { hidden }: Backbone,
  { targets, examples }: WindowShape,
  { scale, symmetric, pooling }: SettingsOf<'embedding'>,
): Forward {
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

  const anchors = slice(embeddings, { axis: 0, start: 0, end: examples });
  const candidates = slice(embeddings, { axis: 0, start: examples, end: targets });
  const count = targets - examples;
  const isCandidate = reshape(usedIn(examples, targets), [1, count]);
  const products = mul(matmul(anchors, candidates, { transB: true }), scale);
  const scores = where(isCandidate, products, -1e9);
  const labels = constant(
    Int32Array.from({ length: examples }, (_, at) => at),
    [examples, 1],
    'int32',
  );
  const isExample = usedIn(0, examples);
  const counted = cast(isExample, dtype);
  const { loss, lead } = crossEntropy(scores, labels);
  const total = (column: Value): Value => reduceSum(mul(column, counted));
  let sum = total(loss);
  if (symmetric) {
    const own = slice(products, { axis: 1, start: 0, end: examples });
    const isAnchor = reshape(isExample, [1, examples]);
    const reverse = where(isAnchor, transpose(own), -1e9);
    sum = mul(add(sum, total(crossEntropy(reverse, labels).loss)), 0.5);
  }
  return {
    loss: sum,
    correct: total(cast(greaterOrEqual(lead, 0), dtype)),
    vectors: { embeddings },
  };
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
