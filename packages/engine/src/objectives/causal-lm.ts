import type { Value } from '../graph/value.ts';
import { cast, greaterOrEqual } from '../ops/comparison.ts';
import { add, mul } from '../ops/elementwise.ts';
import { gatherRows } from '../ops/index-rows.ts';
import { reshape, slice } from '../ops/layout.ts';
import { matmul } from '../ops/matmul.ts';
import { reduceSum } from '../ops/reduce.ts';
import { crossEntropy } from './cross-entropy.ts';

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
  const losses: Value[] = [];
  const corrects: Value[] = [];
  for (let start = 0; start < count; start += headChunk) {
    const end = Math.min(count, start + headChunk);
    const chunk = (x: Value): Value => (count <= headChunk ? x : slice(x, { axis: 0, start, end }));
    const logits = matmul(chunk(rows), head, { transB: true });
    const labels = reshape(chunk(targets.tokens), [end - start, 1]);
    const weights = reshape(chunk(targets.weights), [end - start, 1]);
    const { loss, lead } = crossEntropy(logits, labels);
    losses.push(reduceSum(mul(loss, weights)));
    corrects.push(reduceSum(mul(cast(greaterOrEqual(lead, 0), 'float32'), weights)));
  }
  const total = (parts: readonly Value[]): Value => parts.reduce((sum, part) => add(sum, part));
  return { loss: total(losses), correct: total(corrects) };
}
