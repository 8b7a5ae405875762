import type { ModelConfig } from '../families/model-config.ts';
import { constant, type Value } from '../graph/value.ts';
import type { WindowShape } from '../nn/window.ts';
import { cast, greaterOrEqual, where } from '../ops/comparison.ts';
import { crossEntropy } from '../ops/cross-entropy.ts';
import { add, mul } from '../ops/elementwise.ts';
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
import { scoredRanks } from './scored/closeness.ts';
import { type PlacedText, textEmbeddings, textFeeds } from './text-embeddings.ts';

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
    task: { kind: 'feature-extraction', pooling: settings.pooling },
    contrastive: true,
    scored: scoredRanks,
    sequences,
    types: types && ((example) => sequences(example).flatMap((tokens) => types({ tokens }))),
    targets: (example) => sequences(example).length,
    lossesOf: 'examples',
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
    feeds: (placed, { shape }) => textFeeds(placedTexts(placed, shape), shape, settings.pooling),
    forward: (backbone, shape) => embeddingForward(backbone, shape, settings),
    *digest(example) {
      for (const tokens of sequences(example)) yield tokens;
    },
  };
}

function sequences({ anchor, positive, negatives = [] }: EmbeddingExample): Int32Array[] {
  return [anchor, positive, ...negatives];
}

/** Anchors come first, then their positives, then all negatives. */
function placedTexts(
  placed: readonly Placed<EmbeddingExample>[],
  { examples }: WindowShape,
): PlacedText[] {
  let negative = 2 * examples;
  return placed.flatMap(({ example, places }, at) =>
    sequences(example).map((tokens, part) => ({
      slot: part === 0 ? at : part === 1 ? examples + at : negative++,
      start: places[part]?.[0] as number,
      tokens,
    })),
  );
}

function embeddingForward(
  { hidden }: Backbone,
  shape: WindowShape,
  { scale, symmetric, pooling }: SettingsOf<'embedding'>,
): Forward {
  const { dtype } = hidden;
  const { targets, examples } = shape;
  const { embeddings, usedIn } = textEmbeddings(hidden, shape, pooling);
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
  let losses = loss;
  if (symmetric) {
    const own = slice(products, { axis: 1, start: 0, end: examples });
    const isAnchor = reshape(isExample, [1, examples]);
    const reverse = where(isAnchor, transpose(own), -1e9);
    const backward = crossEntropy(reverse, labels).loss;
    sum = mul(add(sum, total(backward)), 0.5);
    losses = mul(add(loss, backward), 0.5);
  }
  return {
    loss: sum,
    losses: cast(reshape(losses, [examples]), 'float32'),
    correct: total(cast(greaterOrEqual(lead, 0), dtype)),
    vectors: { embeddings },
  };
}
