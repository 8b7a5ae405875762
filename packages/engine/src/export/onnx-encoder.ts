import type { LayerAttention } from '../families/decoder-config.ts';
import type { EncoderConfig } from '../families/encoder-config.ts';
import type { Graph } from '../graph/graph.ts';
import { constant, input, type Value } from '../graph/value.ts';
import type { DecoderWeights } from '../models/decoder.ts';
import { encoderHidden } from '../models/encoder.ts';
import { and, cast, greater, less } from '../ops/comparison.ts';
import { abs, add, div, maximum, mul, sub } from '../ops/elementwise.ts';
import { gatherRows } from '../ops/index-rows.ts';
import { reshape, split, transpose } from '../ops/layout.ts';
import { reduceSum } from '../ops/reduce.ts';
import { cumulativeSum, range, sizeOf, unflatten } from './dynamic-shape.ts';
import type { EncoderTask } from './encoder-task.ts';
import { additiveMask, attention, byHead, rotations } from './onnx-attention.ts';
import { inStandardOperators } from './standard-operators.ts';

/**
 * An encoder with the head of its task. Inputs `input_ids`, `attention_mask` (1: a token, 0: padding) and,
 * for families with several token types, `token_type_ids`, each [batch, sequence] int64. Outputs `logits`
 * [batch, labels] of texts or [batch, sequence, outputs] of tokens, `start_logits` and `end_logits`
 * [batch, sequence] of spans, or `last_hidden_state` [batch, sequence, hiddenSize] without a head.
 */
export function onnxEncoder(
  config: EncoderConfig,
  weights: DecoderWeights,
  task: EncoderTask,
): Graph {
  const shape = ['batch', 'sequence'];
  const ids = input('input_ids', shape, 'int64');
  const attentionMask = input('attention_mask', shape, 'int64');
  const types = input('token_type_ids', shape, 'int64');
  const inputs = [ids, attentionMask, ...(config.tokenTypes > 1 ? [types] : [])];
  const positions = positionsOf(config, ids, attentionMask);
  const rotate = rotations(config, positions);
  const maskOf = masks(config, ids, attentionMask);
  const heads = (x: Value): Value => byHead(x, ids, config.heads, config.headSize);
  const flat = (x: Value): Value => reshape(x, ['batch*sequence']);

  const hidden = encoderHidden(config, weights, {
    tokens: flat(ids),
    positions: flat(positions),
    types: () => flat(config.tokenTypes > 1 ? types : sub(ids, ids)),
    attend: ({ kind, query, key, value }) =>
      attention(config, {
        query: rotate(kind, heads(query)),
        key: rotate(kind, heads(key)),
        value: heads(value),
        mask: maskOf(kind),
      }),
  });
  const byToken = (x: Value): Value => unflatten(x, ids, [x.shape[1] as number]);
  return {
    inputs,
    outputs: inStandardOperators(
      taskOutputs(config, { task, weights, hidden, byToken, attentionMask }),
    ),
  };
}

export type TaskParts = {
  readonly task: EncoderTask;
  readonly weights: DecoderWeights;
  readonly hidden: Value;
  readonly byToken: (x: Value) => Value;
  readonly attentionMask: Value;
};

function taskOutputs(
  config: EncoderConfig,
  { task, weights, hidden, byToken, attentionMask }: TaskParts,
): Record<string, Value> {
  switch (task.kind) {
    case 'hidden-states':
      return { last_hidden_state: byToken(hidden) };
    case 'texts': {
      const text = pooledText(config, byToken(hidden), attentionMask);
      return { logits: task.head.scores(weights.tensor, text) };
    }
    case 'tokens':
      return { logits: byToken(task.head.scores(weights.tensor, hidden)) };
    case 'spans': {
      const scores = byToken(task.head.scores(weights.tensor, hidden));
      const [start, end] = split(scores, [1, 1], 2) as [Value, Value];
      const flat = (x: Value): Value => reshape(x, ['batch', 'sequence']);
      return { start_logits: flat(start), end_logits: flat(end) };
    }
  }
}

/** The first hidden state of each text, or the mean over its tokens: [batch, hiddenSize]. */
function pooledText(config: EncoderConfig, hidden: Value, attentionMask: Value): Value {
  if (config.pooling === 'first')
    return gatherRows(transpose(hidden, [1, 0, 2]), constant(0, [], 'int64'));
  const weights = reshape(cast(attentionMask, 'float32'), ['batch', 'sequence', 1]);
  const sum = reduceSum(mul(hidden, weights), { axes: [1] });
  return div(sum, maximum(reduceSum(weights, { axes: [1] }), 1));
}

/**
 * Places in the text [batch, sequence]. RoBERTa counts tokens that are not padding, and gives padding the
 * row before the first position's; the other families count everything.
 */
function positionsOf(config: EncoderConfig, ids: Value, attentionMask: Value): Value {
  const one = constant(1, [], 'int64');
  if (config.modelType === 'roberta')
    return sub(mul(cumulativeSum(attentionMask, 1), attentionMask), one);
  const places = range(constant(0, [], 'int64'), sizeOf(ids, 1), 'sequence');
  return add(reshape(places, [1, 'sequence']), sub(ids, ids));
}

function masks(
  config: EncoderConfig,
  ids: Value,
  attentionMask: Value,
): (kind: LayerAttention) => Value {
  const zero = constant(0, [], 'int64');
  const isToken = greater(reshape(attentionMask, ['batch', 1, 1, 'sequence']), zero);
  const places = range(zero, sizeOf(ids, 1), 'sequence');
  const distance = abs(
    sub(reshape(places, [1, 1, 'sequence', 1]), reshape(places, [1, 1, 1, 'sequence'])),
  );
  const made = new Map<LayerAttention, Value>();
  return (kind) => {
    const reach = constant(config.reach + 1, [], 'int64');
    const mask =
      made.get(kind) ??
      additiveMask(kind === 'full' ? isToken : and(isToken, less(distance, reach)));
    made.set(kind, mask);
    return mask;
  };
}
