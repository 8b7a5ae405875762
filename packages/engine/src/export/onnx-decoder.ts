import type { DecoderConfig, LayerAttention } from '../families/decoder-config.ts';
import type { Graph } from '../graph/graph.ts';
import { constant, input, type Value } from '../graph/value.ts';
import { type DecoderWeights, decoderHidden, decoderLogits } from '../models/decoder.ts';
import { and, greater, greaterOrEqual } from '../ops/comparison.ts';
import { add, sub } from '../ops/elementwise.ts';
import { concat, reshape } from '../ops/layout.ts';
import { range, sizeOf, unflatten } from './dynamic-shape.ts';
import { additiveMask, attention, byHead, rotations } from './onnx-attention.ts';
import { inStandardOperators } from './standard-operators.ts';

/**
 * A decoder with its cache, as Transformers.js and onnxruntime-genai feed one. Inputs `input_ids`,
 * `attention_mask` [batch, past+sequence] (1: a token, 0: padding) and `position_ids`, all int64, and
 * `past_key_values.{i}.{key,value}` [batch, keyValueHeads, past, headSize]; outputs `logits` [batch,
 * sequence, vocabulary] and `present.{i}.{key,value}` [batch, keyValueHeads, past+sequence, headSize].
 * A query sees the keys that are not after it, not padding, and inside its layer's window.
 */
export function onnxDecoder(config: DecoderConfig, weights: DecoderWeights): Graph {
  const { keyValueHeads, headSize } = config;
  const ids = input('input_ids', ['batch', 'sequence'], 'int64');
  const attentionMask = input('attention_mask', ['batch', 'past+sequence'], 'int64');
  const positionIds = input('position_ids', ['batch', 'sequence'], 'int64');
  const inputs = [ids, attentionMask, positionIds];
  const present: Record<string, Value> = {};
  const rotate = rotations(config, positionIds);
  const maskOf = windowMasks(config, ids, attentionMask);

  const hidden = decoderHidden(config, weights, {
    tokens: reshape(ids, ['batch*sequence']),
    positions: reshape(positionIds, ['batch*sequence']),
    attend: ({ layer, kind, query, key, value }) => {
      const continued = (side: 'key' | 'value', fresh: Value): Value => {
        const shape = ['batch', keyValueHeads, 'past', headSize];
        const past = input(`past_key_values.${layer}.${side}`, shape, 'float32');
        inputs.push(past);
        const all = concat([past, fresh], 2);
        present[`present.${layer}.${side}`] = all;
        return all;
      };
      return attention(config, {
        query: rotate(kind, byHead(query, ids, config.heads, headSize)),
        key: continued('key', rotate(kind, byHead(key, ids, keyValueHeads, headSize))),
        value: continued('value', byHead(value, ids, keyValueHeads, headSize)),
        mask: maskOf(kind),
      });
    },
  });
  const logits = unflatten(decoderLogits(config, weights, hidden), ids, [config.vocabularySize]);
  return { inputs, outputs: inStandardOperators({ logits, ...present }) };
}

/** Additive masks [batch, 1, sequence, past+sequence] by kind of attention, each made once. */
export function windowMasks(
  config: DecoderConfig,
  ids: Value,
  attentionMask: Value,
): (kind: LayerAttention) => Value {
  const [batch, total] = attentionMask.shape as [string, string];
  const end = sizeOf(attentionMask, 1);
  const zero = constant(0, [], 'int64');
  const keys = reshape(range(zero, end, total), [1, 1, 1, total]);
  const queries = reshape(range(sub(end, sizeOf(ids, 1)), end, 'sequence'), [1, 1, 'sequence', 1]);
  const isToken = greater(reshape(attentionMask, [batch, 1, 1, total]), zero);
  const causal = and(isToken, greaterOrEqual(queries, keys));
  const made = new Map<LayerAttention, Value>();
  return (kind) => {
    const window = constant(config.slidingWindow, [], 'int64');
    const mask =
      made.get(kind) ??
      additiveMask(kind === 'full' ? causal : and(causal, greater(add(keys, window), queries)));
    made.set(kind, mask);
    return mask;
  };
}
