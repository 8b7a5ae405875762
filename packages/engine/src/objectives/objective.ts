import type { Tensor } from '../graph/tensor.ts';
import type { Value } from '../graph/value.ts';
import type { WindowShape } from '../nn/window.ts';

/** An example with the places that its sequences have in a micro-batch. */
export type Placed<Example> = {
  readonly example: Example;
  /** Flat position in `[rows, tokens]` of the first token of each of its sequences. */
  readonly starts: readonly number[];
};

/** What a forward pass gives an objective to work on. */
export type Backbone = {
  /** Final hidden states `[rows · tokens, hiddenSize]`, normed where the family norms them. */
  readonly hidden: Value;
  /** The language-model head's weight `[vocabularySize, hiddenSize]`. */
  head(): Value;
  /** Any weight by its name, float32: a trained parameter or a frozen weight. */
  tensor(name: string): Value;
};

/** Sums over a micro-batch, all scalars. */
export type Forward = {
  readonly loss: Value;
  /** How many of the things counted by `Objective.weight` came out right. */
  readonly correct: Value;
};

/** What examples must keep to. */
export type ExampleLimits = { readonly maxTokens: number; readonly vocabularySize: number };

/**
 * What a model is trained for: which sequences an example is made of, which arrays tell the graph about
 * them, and the loss. A step's loss is Σ loss over its micro-batches / Σ weight over its examples.
 */
export type Objective<Example> = {
  readonly name: string;
  /** The token sequences of an example. Each attends to itself only; all share one window. */
  sequences(example: Example): readonly Int32Array[];
  /** Rows of the target arrays that an example needs. */
  targets(example: Example): number;
  /** What an example adds to the divisor of its step: tokens, rows or pairs that count. */
  weight(example: Example): number;
  /** Throws RangeError with one sentence, which begins with `name`, when the example is unusable. */
  check(example: Example, name: string, limits: ExampleLimits): void;
  /** The inputs of a micro-batch besides tokens, positions and segments; `step` has all examples of the step. */
  feeds(
    placed: readonly Placed<Example>[],
    batch: { readonly shape: WindowShape; readonly step: readonly Example[] },
  ): Record<string, Tensor>;
  /** The loss as a graph over the inputs that `feeds` names. */
  forward(backbone: Backbone, shape: WindowShape): Forward;
  /** Bytes that tell this example from any other, for the fingerprint of a run. */
  digest(example: Example): Iterable<NodeJS.ArrayBufferView>;
};

/** Total tokens of an example's sequences. */
export function tokenCount<Example>(objective: Objective<Example>, example: Example): number {
  return objective.sequences(example).reduce((sum, { length }) => sum + length, 0);
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
