import type { Value } from '../graph/value.ts';
import { cast, greater, greaterOrEqual } from '../ops/comparison.ts';
import { crossEntropy } from '../ops/cross-entropy.ts';
import { add, mul, sub } from '../ops/elementwise.ts';
import { gatherElements } from '../ops/index-elements.ts';
import { gatherRows } from '../ops/index-rows.ts';
import { concat, reshape, split } from '../ops/layout.ts';
import { reduceMean, reduceSum } from '../ops/reduce.ts';

/** Where the model is held to account; all of static length `targets`. */
export type Targets = {
  /** Flat positions in `[rows · tokens]` whose hidden state must tell the target. */
  readonly positions: Value;
  /** The class to predict at each: a token, or a label. */
  readonly tokens: Value;
  /** 1 for a target, or the same for each where labels have weights of their own; 0 for unused room, float32. */
  readonly weights: Value;
};

/** Rows of logits in one chunk: bounds memory at a few times `headChunk · vocabularySize`. */
export const headChunk = 1024;

/**
 * Sums over targets, and for measuring programs each `[targets]`: `right` is 1 where the likeliest class is the right one, `losses` are
 * their weighted losses.
 */
export type TargetLosses = {
  readonly loss: Value;
  readonly correct: Value;
  readonly vectors: { readonly right: Value; readonly losses: Value };
};

/**
 * Σ weight · cross-entropy over the targets, and the number of targets whose most likely class is the
 * right one, both scalars. Hidden states `[rows · tokens, hiddenSize]` are gathered at the targets first,
 * so that `entropy` (of `[chunk, hiddenSize]` and labels `[chunk, 1]`) sees nothing else, in chunks of rows. Where weights
 * are scaled, a right target counts 1 all the same.
 */
export function chunkedCrossEntropy(
  hidden: Value,
  targets: Targets,
  entropy: (rows: Value, labels: Value) => ReturnType<typeof crossEntropy>,
  { areScaled = false }: { readonly areScaled?: boolean } = {},
): TargetLosses {
  const rows = gatherRows(hidden, targets.positions);
  const count = rows.shape[0] as number;
  const sizes: number[] = [];
  for (let start = 0; start < count; start += headChunk)
    sizes.push(Math.min(headChunk, count - start));
  const tokens = chunks(targets.tokens, sizes);
  const weights = chunks(targets.weights, sizes);
  const losses: Value[] = [];
  const rights: Value[] = [];
  for (const [at, chunk] of chunks(rows, sizes).entries()) {
    const column = [sizes[at] as number, 1];
    const weight = reshape(weights[at] as Value, column);
    const { loss, lead } = entropy(chunk, reshape(tokens[at] as Value, column));
    losses.push(mul(loss, weight));
    const counted = areScaled ? cast(greater(weight, 0), 'float32') : weight;
    rights.push(mul(cast(greaterOrEqual(lead, 0), 'float32'), counted));
  }
  const total = (parts: readonly Value[]): Value =>
    parts.map((part) => reduceSum(part)).reduce((sum, part) => add(sum, part));
  const whole = (parts: readonly Value[]): Value =>
    reshape(parts.length === 1 ? (parts[0] as Value) : concat(parts, 0), [count]);
  return {
    ...{ loss: total(losses), correct: total(rights) },
    vectors: { right: whole(rights), losses: whole(losses) },
  };
}

/**
 * Cross-entropy with a share ε of every label spread over all classes (Szegedy et al. 2016):
 * (1−ε)·nll + ε·mean(−ln p) = nll + ε·(x_label − mean x), for logits x `[rows, classes]`.
 */
export function smoothedCrossEntropy(
  logits: Value,
  labels: Value,
  smoothing = 0,
): ReturnType<typeof crossEntropy> {
  const { loss, lead } = crossEntropy(logits, labels);
  if (smoothing === 0) return { loss, lead };
  const own = gatherElements(logits, labels);
  const mean = reduceMean(logits, { axes: [-1], keepDims: true });
  return { loss: add(loss, mul(sub(own, mean), smoothing)), lead };
}

function chunks(x: Value, sizes: readonly number[]): Value[] {
  return sizes.length === 1 ? [x] : split(x, sizes, 0);
}
