import { gradients } from '../autodiff.ts';
import type { Tensor } from '../graph/tensor.ts';
import { constant, input, type Value } from '../graph/value.ts';
import { stopGradient } from '../ops/block.ts';
import { cast, equal } from '../ops/comparison.ts';
import { add, mul, neg } from '../ops/elementwise.ts';
import { gatherRows } from '../ops/index-rows.ts';
import { concat, reshape, split } from '../ops/layout.ts';
import { linearCrossEntropy } from '../ops/linear-cross-entropy.ts';
import { matmul } from '../ops/matmul.ts';
import { reduceSum } from '../ops/reduce.ts';
import { headChunk } from './chunked-cross-entropy.ts';
import { type TokenizedExample, targetCount } from './example.ts';
import { targetInputs, targetRoom } from './labelled-targets.ts';
import type { Forward } from './objective.ts';

/** Tokens whose log-probability is asked for, all arrays of static length `targets`. */
export type ScoredTokens = {
  /** Flat positions in `[rows · tokens]` from which the next token is predicted. */
  readonly positions: Value;
  /** The token to predict at each. */
  readonly tokens: Value;
};

/**
 * ln p(token | what is before it) at each target, `[targets, 1]`. The head sees the targets' hidden states
 * only, `headChunk` rows at a time, so no `[targets, vocabulary]` tensor is ever whole.
 */
export function tokenLogProbabilities(
  hidden: Value,
  head: Value,
  { positions, tokens }: ScoredTokens,
): Value {
  const losses = chunkedLosses(gatherRows(hidden, positions), head, tokens);
  return neg(losses.length === 1 ? (losses[0] as Value) : concat(losses, 0));
}

/**
 * A loss that depends on the weights only through the log-probabilities of these tokens: `build` makes it of their
 * column `[targets, 1]`. The slope of such a loss is known only when every chunk has been through the head, so the
 * gradient of more than one chunk would keep all their logits. Here the logits are made twice instead: once for
 * the loss L, and again, a chunk at a time, for `gradientOf` = Σ (∂L/∂ln p)·ln p with the slopes held fixed.
 */
export function lossOverTokens(
  { hidden, head }: { readonly hidden: Value; head(): Value },
  tokens: ScoredTokens,
  build: (logProbabilities: Value) => Forward,
): Forward {
  const weight = head();
  const scores = tokenLogProbabilities(hidden, weight, tokens);
  const forward = build(scores);
  const sizes = chunkSizes(scores.shape[0] as number);
  if (sizes.length === 1) return forward;
  const [slopes] = gradients(forward.loss, [scores]);
  const fixed = chunks(stopGradient(slopes as Value), sizes);
  const again = chunkedLosses(gatherRows(hidden, tokens.positions), weight, tokens.tokens);
  const parts = again.map((loss, at) => neg(reduceSum(mul(loss, fixed[at] as Value))));
  return { ...forward, gradientOf: parts.reduce((sum, part) => add(sum, part)) };
}

/** −ln p of each row's token, a column for each chunk of rows. */
function chunkedLosses(rows: Value, head: Value, tokens: Value): Value[] {
  const sizes = chunkSizes(rows.shape[0] as number);
  const labels = chunks(tokens, sizes);
  return chunks(rows, sizes).map((chunk, at) => {
    const column = reshape(labels[at] as Value, [sizes[at] as number, 1]);
    return linearCrossEntropy(chunk, head, column).loss;
  });
}

function chunkSizes(count: number): number[] {
  return Array.from({ length: Math.ceil(count / headChunk) }, (_, at) =>
    Math.min(headChunk, count - at * headChunk),
  );
}

/**
 * Sums token values `[targets, 1]` into `slots` sequences: result i is Σ weight · value over the targets
 * whose `sequences` entry is i. A product with a 0/1 matrix, so the order of summation is fixed.
 */
export function sumBySequence(
  values: Value,
  { sequences, weights }: { readonly sequences: Value; readonly weights: Value },
  slots: number,
): Value {
  const count = values.shape[0] as number;
  const ids = constant(
    Int32Array.from({ length: slots }, (_, slot) => slot),
    [slots, 1],
    'int32',
  );
  const member = cast(equal(ids, reshape(sequences, [1, count])), values.dtype);
  const weighted = mul(values, reshape(cast(weights, values.dtype), [count, 1]));
  return reshape(matmul(member, weighted), [slots]);
}

/** The graph inputs that `sequenceFeeds` fills. */
export type SequenceInputs = ScoredTokens & {
  /** 1 for a supervised token, 0 for unused room or a token that is scored for something else. */
  readonly weights: Value;
  /** The sequence that each token belongs to; −1 in unused room. */
  readonly sequences: Value;
};

export function sequenceInputs(targets: number): SequenceInputs {
  return {
    ...targetInputs(targets),
    sequences: input('target_sequences', [targets], 'int32'),
  };
}

/** A sequence, where its tokens lie in the micro-batch, and the slot that its sum goes to. */
export type PlacedSequence = {
  readonly example: TokenizedExample;
  readonly places: Int32Array;
  readonly slot: number;
  /** Score every token after the first too, with weight 0 unless it is supervised. */
  readonly everyToken?: boolean | undefined;
};

/** Lists the supervised tokens of each sequence. Throws RangeError when they exceed the room. */
export function sequenceFeeds(
  placed: readonly PlacedSequence[],
  room: number,
): Record<string, Tensor> {
  const { positions, tokens, weights, feeds } = targetRoom(room);
  const sequences = new Int32Array(room).fill(-1);
  let count = 0;
  for (const { example, places, slot, everyToken = false } of placed)
    for (let at = 1; at < example.tokens.length; at++) {
      const supervised = example.supervised[at] !== 0;
      if (!supervised && !everyToken) continue;
      if (count === room) throw new RangeError(`more than ${room} scored tokens in a micro-batch`);
      positions[count] = places[at - 1] as number;
      tokens[count] = example.tokens[at] as number;
      weights[count] = supervised ? 1 : 0;
      sequences[count] = slot;
      count++;
    }
  return { ...feeds, target_sequences: { data: sequences, shape: [room], dtype: 'int32' } };
}

/**
 * The objective of a measuring program: `vectors.logProbabilities` `[examples]`, the log-probability of each
 * example of the micro-batch, summed over its supervised tokens. Its loss is their negated sum.
 */
export const sequenceScore = {
  name: 'sequence-score',
  sequences: ({ tokens }: TokenizedExample): readonly Int32Array[] => [tokens],
  targets: targetCount,
  feeds: (
    placed: readonly {
      readonly example: TokenizedExample;
      readonly places: readonly Int32Array[];
    }[],
    { shape }: { readonly shape: { readonly targets: number } },
  ): Record<string, Tensor> =>
    sequenceFeeds(
      placed.map(({ example, places: [places] }, slot) => ({
        ...{ example, slot },
        places: places as Int32Array,
      })),
      shape.targets,
    ),
  forward(
    { hidden, head }: { readonly hidden: Value; head(): Value },
    { targets, examples }: { readonly targets: number; readonly examples: number },
  ): Forward {
    const inputs = sequenceInputs(targets);
    const logProbabilities = sumBySequence(
      tokenLogProbabilities(hidden, head(), inputs),
      inputs,
      examples,
    );
    const loss = neg(reduceSum(logProbabilities));
    return { loss, correct: loss, vectors: { logProbabilities } };
  },
};

function chunks(x: Value, sizes: readonly number[]): Value[] {
  return sizes.length === 1 ? [x] : split(x, sizes, 0);
}
