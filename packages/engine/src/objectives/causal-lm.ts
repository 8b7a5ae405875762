import type { Tensor } from '../graph/tensor.ts';
import { input, type Value } from '../graph/value.ts';
import { cast, greaterOrEqual } from '../ops/comparison.ts';
import { crossEntropy } from '../ops/cross-entropy.ts';
import { add, mul } from '../ops/elementwise.ts';
import { gatherRows } from '../ops/index-rows.ts';
import { reshape, split } from '../ops/layout.ts';
import { matmul } from '../ops/matmul.ts';
import { reduceSum } from '../ops/reduce.ts';
import { type TokenizedExample, targetCount } from './example.ts';
import { checkSequence, type ExampleLimits, type Objective, type Placed } from './objective.ts';

/** Where the model is held to account; all of static length `targets`. */
export type Targets = {
  /** Flat positions in `[rows · tokens]` whose next token is a target. */
  readonly positions: Value;
  /** The token to predict at each. */
  readonly tokens: Value;
  /** 1 for a target, 0 for unused room, float32. */
  readonly weights: Value;
};

/** Rows of logits in one chunk: bounds memory at a few times `headChunk · vocabularySize`. */
export const headChunk = 1024;

/**
 * Next-token prediction: Σ weight · cross-entropy over the targets, and the number of targets whose most
 * likely token is the right one, both scalars. Hidden states are gathered at the targets first, so the
 * head sees nothing else; it runs in chunks of rows.
 */
export function causalLmLoss(
  hidden: Value,
  head: Value,
  targets: Targets,
): { readonly loss: Value; readonly correct: Value } {
  const rows = gatherRows(hidden, targets.positions);
  const count = rows.shape[0] as number;
  const sizes: number[] = [];
  for (let start = 0; start < count; start += headChunk)
    sizes.push(Math.min(headChunk, count - start));
  const tokens = chunks(targets.tokens, sizes);
  const weights = chunks(targets.weights, sizes);
  const losses: Value[] = [];
  const corrects: Value[] = [];
  for (const [at, chunk] of chunks(rows, sizes).entries()) {
    const column = [sizes[at] as number, 1];
    const weight = reshape(weights[at] as Value, column);
    const logits = matmul(chunk, head, { transB: true });
    const { loss, lead } = crossEntropy(logits, reshape(tokens[at] as Value, column));
    losses.push(reduceSum(mul(loss, weight)));
    corrects.push(reduceSum(mul(cast(greaterOrEqual(lead, 0), 'float32'), weight)));
  }
  const total = (parts: readonly Value[]): Value => parts.reduce((sum, part) => add(sum, part));
  return { loss: total(losses), correct: total(corrects) };
}

/** Next-token prediction on the supervised tokens of each example; weight: supervised tokens. */
export const causalLm: Objective<TokenizedExample> = {
  name: 'causal-lm',
  sequences: ({ tokens }) => [tokens],
  targets: targetCount,
  weight: targetCount,
  check: checkTargets,
  feeds: (placed, { shape }) => nextTokenFeeds(placed, shape.targets),
  forward: ({ hidden, head }, { targets }) => causalLmLoss(hidden, head(), targetInputs(targets)),
  digest: ({ tokens, supervised }) => [tokens, supervised],
};

/** Throws RangeError, beginning with `name`, when a sequence is unusable or holds no supervised token. */
export function checkTargets(example: TokenizedExample, name: string, limits: ExampleLimits): void {
  const { tokens, supervised } = example;
  if (tokens.length !== supervised.length)
    throw new RangeError(
      `${name} has ${tokens.length} tokens but ${supervised.length} supervised flags`,
    );
  checkSequence(tokens, name, limits);
  if (targetCount(example) === 0)
    throw new RangeError(`${name} has no supervised token after its first`);
}

/** The graph inputs that `nextTokenFeeds` fills. */
export function targetInputs(room: number): Targets {
  return {
    positions: input('target_positions', [room], 'int32'),
    tokens: input('target_tokens', [room], 'int32'),
    weights: input('target_weights', [room], 'float32'),
  };
}

/** The targets of a micro-batch's examples; an example's first token is never one. */
export function nextTokenFeeds(
  placed: readonly Placed<TokenizedExample>[],
  room: number,
): Record<string, Tensor> {
  const positions = new Int32Array(room);
  const tokens = new Int32Array(room);
  const weights = new Float32Array(room);
  let count = 0;
  for (const { example, starts } of placed)
    for (let at = 1; at < example.tokens.length; at++) {
      if (!example.supervised[at]) continue;
      if (count === room)
        throw new RangeError(`more than ${room} supervised tokens in a micro-batch`);
      positions[count] = (starts[0] as number) + at - 1;
      tokens[count] = example.tokens[at] as number;
      weights[count] = 1;
      count++;
    }
  return {
    target_positions: { data: positions, shape: [room], dtype: 'int32' },
    target_tokens: { data: tokens, shape: [room], dtype: 'int32' },
    target_weights: { data: weights, shape: [room], dtype: 'float32' },
  };
}

function chunks(x: Value, sizes: readonly number[]): Value[] {
  return sizes.length === 1 ? [x] : split(x, sizes, 0);
}
