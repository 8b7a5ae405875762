import type { EarlyStopping, WrittenMetric } from '@lathe/recipe/early-stopping';
import type { ModelTask } from '../families/model-task.ts';
import type { Tensor } from '../graph/tensor.ts';
import type { Value } from '../graph/value.ts';
import type { HeadTensor } from '../models/heads.ts';
import type { WindowShape } from '../nn/window.ts';
import type { TokenizedExample } from './example.ts';

/** An example with the places that its sequences have in a micro-batch. */
export type Placed<Example> = {
  readonly example: Example;
  /**
   * Of each of its sequences the flat position in `[rows, tokens]` of every token. Sequences lie in one piece, but where
   * prompts are shared: then their first tokens may be those of another sequence.
   */
  readonly places: readonly Int32Array[];
};

/** What a forward pass gives an objective to work on. */
export type Backbone = {
  /** Final hidden states `[rows · tokens, hiddenSize]`, normed where the family norms them. */
  readonly hidden: Value;
  /** The language-model head's weight `[vocabularySize, hiddenSize]`. */
  head(): Value;
  /** Any weight by its name, float32: a trained parameter or a frozen weight. */
  tensor(name: string): Value;
  /** Share of a target's weight that goes to all classes alike; 0 outside training. */
  readonly labelSmoothing?: number | undefined;
};

/** A figure that a step reports beside its loss: Σ total / Σ count over its micro-batches, both scalars. */
export type Figure = { readonly total: Value; readonly count: Value };

/** What an objective makes of a micro-batch; sums are scalars. */
export type Forward = {
  readonly loss: Value;
  /** A scalar whose gradient is that of the loss, where taking it of the loss itself would cost more memory. */
  readonly gradientOf?: Value | undefined;
  /** How many of the things counted by `Objective.weight` came out right. */
  readonly correct: Value;
  /** Figures by the names that they are reported under, such as `rewards/chosen`. */
  readonly figures?: Readonly<Record<string, Figure>> | undefined;
  /**
   * The loss of each target `[targets]` in the order of the examples, or of each example `[examples]` (`Objective.lossesOf`), where
   * steps tell how each example fares: from ln 2 on the right answer is not the likelier one.
   */
  readonly losses?: Value | undefined;
  /** Further results that only measuring programs compute, such as one score a sequence. */
  readonly vectors?: Readonly<Record<string, Value>> | undefined;
};

/** What examples must keep to. */
export type ExampleLimits = { readonly maxTokens: number; readonly vocabularySize: number };

/**
 * Sequences whose log-probability (summed over their supervised tokens) the loss needs beside its own
 * forward pass. Dropout is off when they are measured.
 */
type Measured<Example> = {
  /** Measured once for each example, under the weights that the run starts from. */
  reference(example: Example): readonly TokenizedExample[];
  /** Measured before each step, under the current and under the starting weights. */
  readonly estimate?: Estimate<Example> | undefined;
};

/** Sequences that a whole step needs, made from its examples in their order. */
type Estimate<Example> = {
  sequences(step: readonly Example[], limits: ExampleLimits): readonly TokenizedExample[];
  /** Bounds over any step of these examples: tokens and supervised tokens of one sequence. */
  longest(
    examples: readonly Example[],
    limits: ExampleLimits,
  ): { readonly tokens: number; readonly targets: number };
};

/** Log-probabilities of the sequences of a step's estimate, in their order. */
export type StepEstimate = { readonly current: Float32Array; readonly reference: Float32Array };

/** What `Objective.feeds` may draw on besides the micro-batch's own examples. */
export type StepContext<Example> = {
  readonly shape: WindowShape;
  readonly step: readonly Example[];
  /** Log-probabilities of `Measured.reference(example)`. */
  reference(example: Example): readonly number[];
  /** Throws when the objective asks for no estimate. */
  estimate(): StepEstimate;
};

/** Vectors of a micro-batch by their names, flat. */
export type VectorData = Readonly<Record<string, Float32Array>>;

/** Takes in what a model answered to held-out examples, and says how well it did. */
export type Scorecard<Example> = {
  /** Takes in a micro-batch: its examples, where they lie in it, and what `Forward.vectors` came to. */
  add(placed: readonly Placed<Example>[], vectors: VectorData, shape: WindowShape): void;
  /** Metrics by the names that early stopping knows them under; those that nothing tells are not there. */
  figures(): Readonly<Record<string, number>>;
};

/** How held-out answers are scored by the metrics of a task. */
export type Scored<Example> = {
  /** What the figures are, all of which a run may watch. */
  readonly metrics: readonly EarlyStopping['metric'][];
  /** Further ones that a run may watch, for which answers have to be written. */
  readonly writtenMetrics?: readonly WrittenMetric[] | undefined;
  /** True where answers are near or far and never right, so that `Forward.correct` says nothing. */
  readonly nothingIsRight?: true;
  /** An empty scorecard for these examples. */
  open(examples: readonly Example[]): Scorecard<Example>;
};

/** What is known of a run, or of an evaluation, before its first step. */
type RunPlan = {
  /** Examples that are learned from at once; undefined where nothing is learned. */
  readonly batchSize?: number;
  readonly microBatchesPerStep: number;
};

/**
 * What a model is trained for: which sequences an example is made of, which arrays tell the graph about
 * them, and the loss. A step's loss is Σ loss over its micro-batches / Σ weight over its examples.
 */
export type Objective<Example> = {
  readonly name: string;
  /** What decides the loss besides the examples; part of the fingerprint of a run. */
  readonly settings?: Readonly<Record<string, unknown>> | undefined;
  /** The token sequences of an example. Each attends to itself only; all are in one window. */
  sequences(example: Example): readonly Int32Array[];
  /** True where the model makes of a token the same whatever comes after it: then sequences may have their first tokens in common. */
  readonly shareable?: boolean | undefined;
  /** True in a run that computes what sequences of a window begin with once. */
  readonly sharesPrompts?: boolean | undefined;
  /** The type of every token of each sequence, for model families that have token types. */
  types?: ((example: Example) => readonly Int32Array[]) | undefined;
  /** Rows of the target arrays that an example needs. */
  targets(example: Example): number;
  /** What `Forward.losses` has a number for; targets where absent. */
  readonly lossesOf?: 'examples' | undefined;
  /** What an example adds to the divisor of its step: tokens, rows or pairs that count. */
  weight(example: Example): number;
  /** Throws RangeError with one sentence, which begins with `name`, when the example is unusable. */
  check(example: Example, name: string, limits: ExampleLimits): void;
  /** Throws RangeError when the loss has no meaning under this way of batching. */
  checkPlan?(plan: RunPlan): void;
  /** The inputs of a micro-batch besides tokens, positions and segments. */
  feeds(placed: readonly Placed<Example>[], context: StepContext<Example>): Record<string, Tensor>;
  /** The loss as a graph over the inputs that `feeds` names. */
  forward(backbone: Backbone, shape: WindowShape): Forward;
  /** Bytes that tell this example from any other, for the fingerprint of a run. */
  digest(example: Example): Iterable<NodeJS.ArrayBufferView>;
  readonly measured?: Measured<Example> | undefined;
  /**
   * The example as training sees it in an epoch, counted from 0, where that differs: with as many tokens and targets,
   * and the same whenever it is asked for.
   */
  inEpoch?: ((example: Example, epoch: number) => Example) | undefined;
  /** Tensors that the objective adds to a model of this width. */
  head?(config: { readonly hiddenSize: number }): readonly HeadTensor[];
  /** The only token of each sequence whose hidden state the loss reads; all of them when absent. */
  readonly reads?: 'first' | 'last' | undefined;
  /** The labels of an example by their places, of which some may be rarer than others; absent where examples have none. */
  classes?(example: Example): ArrayLike<number>;
  /** True when the examples of a step are compared with each other, so that a batch may not be split. */
  readonly contrastive?: boolean | undefined;
  /** True when the loss never calls `Backbone.head`: an untied language-model head is then not trained. */
  readonly headless?: boolean | undefined;
  /** Metrics of the task's own answers, beside the loss and `correct`. */
  readonly scored?: Scored<Example> | undefined;
  /** The measuring program of each target's log-probability, `vectors.tokens` `[targets]`, where examples are made step by step. */
  readonly tokenScore?: Pick<Objective<Example>, 'forward' | 'feeds'> | undefined;
  /** What the trained model is for, where that is not the next token: exports say so. */
  readonly task?: ModelTask | undefined;
};

/**
 * Tokens and targets of each example.
 * @example sizesOf(causalLm, [textExample([1, 2, 3])]); // [{ tokens: 3, targets: 2 }]
 */
export function sizesOf<Example>(objective: Objective<Example>, examples: readonly Example[]) {
  return examples.map((example) => ({
    tokens: objective.sequences(example).reduce((sum, { length }) => sum + length, 0),
    targets: objective.targets(example),
  }));
}

/** Checks every example. Throws RangeError naming the first unusable one by its index. */
export function checkAll<Example>(
  objective: Objective<Example>,
  examples: readonly Example[],
  limits: ExampleLimits,
): void {
  if (examples.length === 0) throw new RangeError('there are no examples');
  for (const [index, example] of examples.entries())
    objective.check(example, `example ${index}`, limits);
}

/** Throws RangeError when a sequence is empty, too long, or holds a token outside the vocabulary. */
export function checkSequence(tokens: Int32Array, name: string, limits: ExampleLimits): void {
  if (tokens.length === 0) throw new RangeError(`${name} has no tokens`);
  if (tokens.length > limits.maxTokens)
    throw new RangeError(
      `${name} has ${tokens.length} tokens; at most ${limits.maxTokens} are allowed`,
    );
  for (const token of tokens)
    if (token < 0 || token >= limits.vocabularySize)
      throw new RangeError(
        `${name} holds token ${token}; the vocabulary has ${limits.vocabularySize}`,
      );
}
