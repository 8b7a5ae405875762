import type { ClassWeights } from '@lathe/recipe/class-weights';
import type { Tensor } from '../graph/tensor.ts';
import { input, type Value } from '../graph/value.ts';
import { crossEntropy } from '../ops/cross-entropy.ts';
import { add, mul, sub } from '../ops/elementwise.ts';
import { gatherElements } from '../ops/index-elements.ts';
import { gatherRows } from '../ops/index-rows.ts';
import { reshape } from '../ops/layout.ts';
import { reduceMean } from '../ops/reduce.ts';
import { smoothedCrossEntropy } from './chunked-cross-entropy.ts';

/**
 * n / (k · n_c) for each label: n examples, k labels that have any, n_c of that label; scikit-learn's `class_weight="balanced"`. A
 * label that no example has weighs 1.
 */
export function balancedWeights(counts: readonly number[]): number[] {
  const all = counts.reduce((sum, count) => sum + count, 0);
  const known = counts.filter((count) => count > 0).length;
  return counts.map((count) => (count === 0 ? 1 : all / (known * count)));
}

/**
 * The weight of each label, in their order, by what a recipe says and how many targets of the run it is; undefined where all weigh the
 * same.
 */
export function weightsOfLabels(
  asked: ClassWeights | undefined,
  labels: readonly string[],
  counts: () => readonly number[],
): readonly number[] | undefined {
  if (asked === undefined || asked === 'none') return undefined;
  if (asked === 'balanced') return balancedWeights(counts());
  const given = new Map(asked.map(({ label, weight }) => [label, weight]));
  return labels.map((label) => given.get(label) ?? 1);
}

/** Cross-entropy of each row of logits with its label, `[rows, 1]` both, and whether the label leads. */
type Entropy = (logits: Value, labels: Value) => ReturnType<typeof crossEntropy>;

/**
 * The cross-entropy of a task of so many labels. With weights it is w_y·nll, and with a share ε of label smoothing
 * (1−ε)·w_y·nll + ε/K·Σ_c w_c·(−ln p_c), as torch's CrossEntropyLoss(weight, label_smoothing) has it before its
 * reduction, which `meanScale` does.
 */
export function entropyOf(
  {
    labels,
    weights,
  }: { readonly labels: number; readonly weights?: readonly number[] | undefined },
  smoothing = 0,
  dtype: 'float32' | 'float64' = 'float32',
): Entropy {
  if (weights === undefined)
    return (logits, classes) => smoothedCrossEntropy(logits, classes, smoothing);
  const column = input('class_weights', [labels, 1], dtype);
  return (logits, classes) => {
    const { loss, lead } = crossEntropy(logits, classes);
    const rows = logits.shape[0] as number;
    const own = reshape(gatherRows(column, reshape(classes, [rows])), [rows, 1]);
    const weighed = mul(loss, own);
    if (smoothing === 0) return { loss: weighed, lead };
    // −ln p_c = nll + x_y − x_c, so that their weighted mean needs no second softmax.
    const row = reshape(column, [1, labels]);
    const mean = reduceMean(row, { axes: [-1], keepDims: true });
    const base = mul(add(loss, gatherElements(logits, classes)), mean);
    const spread = sub(base, reduceMean(mul(logits, row), { axes: [-1], keepDims: true }));
    return { loss: add(mul(weighed, 1 - smoothing), mul(spread, smoothing)), lead };
  };
}

/** The input that `entropyOf` reads where labels have weights. */
export function weightFeeds(weights: readonly number[] | undefined): Record<string, Tensor> {
  if (weights === undefined) return {};
  const data = Float32Array.from(weights);
  return { class_weights: { data, shape: [data.length, 1], dtype: 'float32' } };
}

/**
 * What the weight of each target of a step is scaled by, so that the step's loss, which is divided by the number of its targets, is
 * Σ w·loss / Σ w: the mean reduction of torch. 1 without weights.
 */
export function meanScale(
  weights: readonly number[] | undefined,
  labels: Iterable<number>,
): number {
  if (weights === undefined) return 1;
  let count = 0;
  let sum = 0;
  for (const label of labels) {
    if (label < 0) continue;
    count++;
    sum += weights[label] ?? 0;
  }
  return sum === 0 ? 1 : count / sum;
}
