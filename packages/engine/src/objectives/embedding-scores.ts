import type { ModelConfig } from '../families/model-config.ts';
import type { Tensor } from '../graph/tensor.ts';
import { input, type Value } from '../graph/value.ts';
import type { WindowShape } from '../nn/window.ts';
import { cast } from '../ops/comparison.ts';
import { mul, sub } from '../ops/elementwise.ts';
import { reshape, slice } from '../ops/layout.ts';
import { reduceSum } from '../ops/reduce.ts';
import { typesOf } from './encoder-example.ts';
import { checkSequence, type Forward, type Objective } from './objective.ts';
import { scoredCosines } from './scored/closeness.ts';
import { type TextPooling, textEmbeddings, textFeeds } from './text-embeddings.ts';

/** Two texts and how close they should lie: the cosine of their embeddings. */
export type ScoredPair = {
  readonly first: Int32Array;
  readonly second: Int32Array;
  readonly score: number;
};

/**
 * Tuning of embeddings on scored pairs: (cosine(a, b) − score)², sentence-transformers' CosineSimilarityLoss. Weight:
 * pairs; pairs know nothing of each other, so that a batch may be split over micro-batches. `vectors.embeddings`
 * `[targets, hiddenSize]` are of length 1: first texts at 0, 1, …, their seconds from `examples` on.
 */
export function embeddingScores(
  config: ModelConfig,
  { pooling }: { readonly pooling: TextPooling },
): Objective<ScoredPair> {
  const types = typesOf(config);
  const sequences = ({ first, second }: ScoredPair) => [first, second];
  return {
    name: 'embedding-scores',
    settings: { pooling },
    headless: true,
    task: { kind: 'feature-extraction', pooling },
    scored: scoredCosines,
    sequences,
    types: types && ((example) => sequences(example).flatMap((tokens) => types({ tokens }))),
    targets: () => 2,
    weight: () => 1,
    check({ first, second, score }, name, limits) {
      checkSequence(first, `the first text of ${name}`, limits);
      checkSequence(second, `the second text of ${name}`, limits);
      if (!(score >= -1 && score <= 1))
        throw new RangeError(`the score of ${name} is ${score}; cosines reach from -1 to 1`);
    },
    feeds(placed, { shape }) {
      const { examples } = shape;
      const texts = placed.flatMap(({ example, places }, at) =>
        sequences(example).map((tokens, part) => ({
          slot: at + part * examples,
          start: places[part]?.[0] as number,
          tokens,
        })),
      );
      const weights = new Float32Array(examples).fill(1, 0, placed.length);
      const scores = new Float32Array(examples);
      for (const [at, { example }] of placed.entries()) scores[at] = example.score;
      const column = (data: Float32Array): Tensor => ({
        data,
        shape: [examples],
        dtype: 'float32',
      });
      return {
        ...textFeeds(texts, shape, pooling),
        pair_weights: column(weights),
        pair_scores: column(scores),
      };
    },
    forward: ({ hidden }, shape) => scoresForward(hidden, shape, pooling),
    digest: ({ first, second, score }) => [first, second, Float32Array.of(score)],
  };
}

function scoresForward(hidden: Value, shape: WindowShape, pooling: TextPooling): Forward {
  const { examples } = shape;
  const { embeddings } = textEmbeddings(hidden, shape, pooling);
  const part = (start: number): Value =>
    slice(embeddings, { axis: 0, start, end: start + examples });
  const cosines = reshape(reduceSum(mul(part(0), part(examples)), { axes: [1], keepDims: true }), [
    examples,
  ]);
  const column = (name: string): Value => cast(input(name, [examples], 'float32'), hidden.dtype);
  const weights = column('pair_weights');
  const error = sub(cosines, column('pair_scores'));
  return {
    loss: reduceSum(mul(mul(error, error), weights)),
    correct: mul(reduceSum(weights), 0),
    vectors: { embeddings },
  };
}
