import type { ModelConfig } from '../families/model-config.ts';
import type { Tensor } from '../graph/tensor.ts';
import { input, type Value } from '../graph/value.ts';
import { sequenceHead } from '../models/heads.ts';
import type { WindowShape } from '../nn/window.ts';
import { cast, equal, greater, greaterOrEqual } from '../ops/comparison.ts';
import { abs, add, exp, log, maximum, mul, neg, sub } from '../ops/elementwise.ts';
import { reshape } from '../ops/layout.ts';
import { reduceSum } from '../ops/reduce.ts';
import { entropyOf, meanScale, weightFeeds } from './class-weights.ts';
import { checkText, type EncodedText, textBytes, typesOf } from './encoder-example.ts';
import type { Forward, Objective } from './objective.ts';
import { pooled, poolingFeeds, readToken } from './pooling.ts';
import { scoredLabels } from './scored/labels.ts';

/** A text with what is asked of it: one label, a 0 or 1 for each label, or a number for each output. */
export type LabelledExample = EncodedText & { readonly label: number | Float32Array };

type ClassificationProblem = 'single-label' | 'multi-label' | 'regression';

export type ClassificationSettings = {
  readonly problem: ClassificationProblem;
  /** Labels to choose from; numbers to predict where the problem is regression. */
  readonly labels: number;
  /** What exports call the labels, in their order; LABEL_0 and so on where absent. */
  readonly labelNames?: readonly string[] | undefined;
  /** Of single labels, in their order: how much each counts in the mean that is the loss. All the same when absent. */
  readonly weights?: readonly number[] | undefined;
};

/**
 * Classification of whole texts: cross-entropy of one label, binary cross-entropy of several (mean over
 * labels), or the squared error of numbers (mean over them), as transformers' `problem_type` has them.
 * Weight: texts. `correct` counts texts whose every label is right; of numbers none is.
 */
export function sequenceClassification(
  config: ModelConfig,
  settings: ClassificationSettings,
): Objective<LabelledExample> {
  const { problem, labels, labelNames, weights } = settings;
  const head = sequenceHead(config, labels);
  return {
    name: `sequence-classification/${problem}`,
    settings,
    headless: true,
    reads: readToken(config),
    task: { kind: 'sequence-classification', problem, labels, labelNames },
    sequences: ({ tokens }) => [tokens],
    types: typesOf(config),
    targets: () => 1,
    weight: () => 1,
    check(example, name, limits) {
      checkText(example, name, { limits, config });
      checkLabel(example.label, name, settings);
    },
    scored: scoredLabels(settings),
    head: () => head.tensors,
    ...(problem !== 'regression' && { classes: classesOf }),
    feeds: (placed, { shape, step }) => ({
      ...poolingFeeds(config, placed, shape),
      ...labelFeeds(
        placed.map(({ example }) => example.label),
        settings,
        { room: shape.targets, scale: meanScale(weights, step.flatMap(classesOf)) },
      ),
      ...weightFeeds(weights),
    }),
    forward({ hidden, tensor, labelSmoothing = 0 }, shape) {
      const scores = head.scores(tensor, pooled(config, hidden, shape));
      return {
        ...losses[problem](scores, settings, { ...shape, labelSmoothing }),
        vectors: { scores },
      };
    },
    digest: (example) => [
      ...textBytes(example),
      typeof example.label === 'number' ? Int32Array.of(example.label) : example.label,
    ],
  };
}

/** The places of the labels that a text has. */
function classesOf({ label }: LabelledExample): number[] {
  if (typeof label === 'number') return [label];
  return [...label].flatMap((holds, at) => (holds === 1 ? [at] : []));
}

function checkLabel(
  label: number | Float32Array,
  name: string,
  { problem, labels }: ClassificationSettings,
): void {
  if (problem === 'single-label') {
    if (typeof label !== 'number' || !Number.isInteger(label) || label < 0 || label >= labels)
      throw new RangeError(`${name} has label ${String(label)}; it must be one of ${labels}`);
    return;
  }
  if (typeof label === 'number' || label.length !== labels)
    throw new RangeError(`${name} must have ${labels} numbers as its label`);
  for (const value of label)
    if (!Number.isFinite(value) || (problem === 'multi-label' && value !== 0 && value !== 1))
      throw new RangeError(`${name} has ${value} in its label`);
}

function labelFeeds(
  labels: readonly (number | Float32Array)[],
  { problem, labels: count }: ClassificationSettings,
  { room, scale }: { readonly room: number; readonly scale: number },
): Record<string, Tensor> {
  const weights = new Float32Array(room).fill(scale, 0, labels.length);
  const feeds: Record<string, Tensor> = {
    label_weights: { data: weights, shape: [room, 1], dtype: 'float32' },
  };
  if (problem === 'single-label') {
    const data = new Int32Array(room);
    for (const [at, label] of labels.entries()) data[at] = label as number;
    return { ...feeds, labels: { data, shape: [room, 1], dtype: 'int32' } };
  }
  const data = new Float32Array(room * count);
  for (const [at, label] of labels.entries()) data.set(label as Float32Array, at * count);
  return { ...feeds, labels: { data, shape: [room, count], dtype: 'float32' } };
}

type Loss = (
  scores: Value,
  settings: ClassificationSettings,
  options: Pick<WindowShape, 'targets'> & { readonly labelSmoothing: number },
) => Forward;

const losses: Readonly<Record<ClassificationProblem, Loss>> = {
  'single-label': (scores, settings, { targets, labelSmoothing }) => {
    const weights = input('label_weights', [targets, 1], 'float32');
    const entropy = entropyOf(settings, labelSmoothing);
    const { loss, lead } = entropy(scores, input('labels', [targets, 1], 'int32'));
    const right = cast(greaterOrEqual(lead, 0), 'float32');
    // However much a text weighs, it is one that is right.
    const counted = settings.weights ? cast(greater(weights, 0), 'float32') : weights;
    const each = mul(loss, weights);
    return {
      ...{ loss: reduceSum(each), correct: reduceSum(mul(right, counted)) },
      losses: reshape(each, [targets]),
    };
  },
  'multi-label': (scores, { labels }, { targets }) => {
    const weights = input('label_weights', [targets, 1], 'float32');
    const wanted = input('labels', [targets, labels], 'float32');
    // −y·ln σ(x) − (1 − y)·ln(1 − σ(x)) = max(x, 0) − x·y + ln(1 + e^(−|x|)), without overflow.
    const each = add(
      sub(maximum(scores, 0), mul(scores, wanted)),
      log(add(exp(neg(abs(scores))), 1)),
    );
    const found = cast(greater(scores, 0), 'float32');
    const perText = reduceSum(cast(equal(found, wanted), 'float32'), { axes: [1], keepDims: true });
    const right = cast(greaterOrEqual(perText, labels), 'float32');
    const weighed = mul(each, weights);
    return {
      loss: mul(reduceSum(weighed), 1 / labels),
      // Of all labels together: from ln 2 on, that all are right is not the likelier.
      losses: reduceSum(weighed, { axes: [1] }),
      correct: reduceSum(mul(right, weights)),
    };
  },
  regression: (scores, { labels }, { targets }) => {
    const weights = input('label_weights', [targets, 1], 'float32');
    const error = sub(scores, input('labels', [targets, labels], 'float32'));
    const loss = mul(reduceSum(mul(mul(error, error), weights)), 1 / labels);
    return { loss, correct: mul(reduceSum(weights), 0) };
  },
};
