import type { LayerAttention } from '../families/decoder-config.ts';
import type { EncoderConfig } from '../families/encoder-config.ts';
import type { Graph } from '../graph/graph.ts';
import { constant, input, type Value } from '../graph/value.ts';
import type { DecoderWeights } from '../models/decoder.ts';
import { encoderHidden } from '../models/encoder.ts';
import { and, cast, greater, less } from '../ops/comparison.ts';
import { abs, add, div, maximum, mul, sub } from '../ops/elementwise.ts';
import { gatherRows } from '../ops/index-rows.ts';
import { reshape, transpose } from '../ops/layout.ts';
import { reduceSum } from '../ops/reduce.ts';
import type { FolderTask } from '../predict/task-head.ts';
import { cumulativeSum, range, sizeOf, unflatten } from './dynamic-shape.ts';
import { additiveMask, attention, byHead, rotations } from './onnx-attention.ts';
import { taskOutputs } from './onnx-task-outputs.ts';
import { inStandardOperators } from './standard-operators.ts';

/**
 * An encoder with the head of its task. Inputs `input_ids`, `attention_mask` (1: a token, 0: padding) and,
 * for families with several token types, `token_type_ids`, each [batch, sequence] int64. Outputs as `taskOutputs`
 * names them.
 */
export function onnxEncoder(
  config: EncoderConfig,
  weights: DecoderWeights,
  asked: FolderTask,
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
  const text = (): Value => pooledText(config, byToken(hidden), attentionMask);
  const outputs = taskOutputs({ asked, weights, hidden, byToken, text });
  return { inputs, outputs: inStandardOperators(outputs) };
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
