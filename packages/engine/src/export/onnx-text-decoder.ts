import type { DecoderConfig } from '../families/decoder-config.ts';
import type { Graph } from '../graph/graph.ts';
import { constant, input, type Value } from '../graph/value.ts';
import { type DecoderWeights, decoderHidden } from '../models/decoder.ts';
import { cast, equal } from '../ops/comparison.ts';
import { maximum, mul, sub } from '../ops/elementwise.ts';
import { reshape } from '../ops/layout.ts';
import { reduceMax, reduceSum } from '../ops/reduce.ts';
import type { FolderTask } from '../predict/task-head.ts';
import { cumulativeSum, range, sizeOf, unflatten } from './dynamic-shape.ts';
import { attention, byHead, rotations } from './onnx-attention.ts';
import { windowMasks } from './onnx-decoder.ts';
import { taskOutputs } from './onnx-task-outputs.ts';
import { inStandardOperators } from './standard-operators.ts';

/**
 * A decoder that reads whole texts and writes none: with the head of its task, or as an embedding model. Inputs
 * `input_ids` and `attention_mask` (1: a token, 0: padding, on either side), each [batch, sequence] int64; no cache.
 * Outputs as `taskOutputs` names them; a text is scored by its last token, which alone has seen all others.
 */
export function onnxTextDecoder(
  config: DecoderConfig,
  weights: DecoderWeights,
  asked: FolderTask,
): Graph {
  const ids = input('input_ids', ['batch', 'sequence'], 'int64');
  const attentionMask = input('attention_mask', ['batch', 'sequence'], 'int64');
  const one = constant(1, [], 'int64');
  // Padding on the left is counted by none, and on the right stays inside the table.
  const places = maximum(
    sub(mul(cumulativeSum(attentionMask, 1), attentionMask), one),
    constant(0, [], 'int64'),
  );
  const rotate = rotations(config, places);
  const maskOf = windowMasks(config, ids, attentionMask);
  const heads = (x: Value, count: number): Value => byHead(x, ids, count, config.headSize);
  const hidden = decoderHidden(config, weights, {
    tokens: reshape(ids, ['batch*sequence']),
    positions: reshape(places, ['batch*sequence']),
    attend: ({ kind, query, key, value }) =>
      attention(config, {
        query: rotate(kind, heads(query, config.heads)),
        key: rotate(kind, heads(key, config.keyValueHeads)),
        value: heads(value, config.keyValueHeads),
        mask: maskOf(kind),
      }),
  });
  const byToken = (x: Value): Value => unflatten(x, ids, [x.shape[1] as number]);
  const text = (): Value => lastToken(byToken(hidden), ids, attentionMask);
  const outputs = taskOutputs({ asked, weights, hidden, byToken, text });
  return { inputs: [ids, attentionMask], outputs: inStandardOperators(outputs) };
}

/** The hidden state of the last token of each text, whichever side is padded: [batch, hiddenSize]. */
function lastToken(hidden: Value, ids: Value, attentionMask: Value): Value {
  const places = range(constant(0, [], 'int64'), sizeOf(ids, 1), 'sequence');
  const row = cast(reshape(places, [1, 'sequence']), 'float32');
  const last = reduceMax(mul(cast(attentionMask, 'float32'), row), { axes: [1], keepDims: true });
  const isLast = cast(equal(row, last), 'float32');
  return reduceSum(mul(hidden, reshape(isLast, ['batch', 'sequence', 1])), { axes: [1] });
}
