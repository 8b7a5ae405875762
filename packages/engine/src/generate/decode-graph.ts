import type { LlamaConfig } from '../checkpoint/llama-config.ts';
import type { Dimension } from '../graph/shape.ts';
import { constant, input, type Value } from '../graph/value.ts';
import { type LlamaWeights, llamaHidden, llamaLogits } from '../models/llama.ts';
import { ropeTable } from '../nn/rope-table.ts';
import type { Graph } from '../onnx/encode.ts';
import { add, div, exp, maximum, sub } from '../ops/elementwise.ts';
import { gatherRows } from '../ops/index-rows.ts';
import { reshape, transpose } from '../ops/layout.ts';
import { matmul } from '../ops/matmul.ts';
import { reduceMax, reduceSum } from '../ops/reduce.ts';
import { rope } from '../ops/rope.ts';

/** `prefill` reads many tokens of one sequence; `step` reads one token of many sequences. */
export type DecodeKind = 'prefill' | 'step';

export type DecodeGraphOptions = {
  readonly config: LlamaConfig;
  readonly weights: LlamaWeights;
  readonly kind: DecodeKind;
  /** Positions that the rotary tables cover. */
  readonly maxContext: number;
};

const last = { axes: [-1], keepDims: true } as const;

/**
 * The forward pass of generation over a key-value cache that is only read: new keys and values come
 * out, and the caller writes them into the cache in place, so that the past is never copied.
 *
 * Inputs: `tokens` [rows·new], `positions` [rows, new], `past_mask` [rows, 1, 1, past] (0 or a large
 * negative number), `past_key.<layer>` and `past_value.<layer>` [rows, keyValueHeads, past, headSize];
 * for prefill also `causal_mask` [1, 1, new, new] and `last` [1], the row whose logits are wanted.
 * Outputs: `logits` [rows, vocabulary], `key.<layer>` and `value.<layer>` [rows, keyValueHeads, new,
 * headSize]. Prefill has one row and any number of new tokens, a step any number of rows and one token.
 */
export function decodeGraph({ config, weights, kind, maxContext }: DecodeGraphOptions): Graph {
  const rows: Dimension = kind === 'prefill' ? 1 : 'rows';
  const fresh: Dimension = kind === 'prefill' ? 'new' : 1;
  const count: Dimension = kind === 'prefill' ? 'new' : 'rows';
  const { heads, keyValueHeads, headSize } = config;
  const group = heads / keyValueHeads;

  const positions = input('positions', [rows, fresh], 'int32');
  const tables = (factor: number) => {
    const table = ropeTable(config, maxContext, factor);
    const shape = [maxContext, headSize / 2];
    return {
      cos: gatherRows(constant(table.cos, shape), positions),
      sin: gatherRows(constant(table.sin, shape), positions),
    };
  };
  const keyRope = tables(1);
  const queryRope = tables(1 / Math.sqrt(headSize));
  const pastMask = input('past_mask', [rows, 1, 1, 'past'], 'float32');
  const causalMask =
    kind === 'prefill' ? input('causal_mask', [1, 1, fresh, fresh], 'float32') : undefined;
  const outputs: Record<string, Value> = {};

  const split = (x: Value, parts: number): Value =>
    transpose(reshape(x, [rows, fresh, parts, headSize]), [0, 2, 1, 3]);
  const grouped = (x: Value, size: Dimension): Value =>
    reshape(x, [rows, keyValueHeads, kind === 'prefill' ? -1 : group, size]);
  const scoresOf = (query: Value, keys: Value, size: Dimension): Value =>
    reshape(matmul(query, keys, { transB: true }), [
      rows,
      heads,
      kind === 'prefill' ? -1 : 1,
      size,
    ]);

  const hidden = llamaHidden(config, weights, {
    tokens: input('tokens', [count], 'int32'),
    attend: ({ layer, query, key, value }) => {
      const past = [rows, keyValueHeads, 'past', headSize];
      const pastKey = input(`past_key.${layer}`, past, 'float32');
      const pastValue = input(`past_value.${layer}`, past, 'float32');
      const k = rope(split(key, keyValueHeads), keyRope.cos, keyRope.sin);
      const v = split(value, keyValueHeads);
      outputs[`key.${layer}`] = k;
      outputs[`value.${layer}`] = v;
      const q = grouped(rope(split(query, heads), queryRope.cos, queryRope.sin), headSize);
      const old = add(scoresOf(q, pastKey, 'past'), pastMask);
      const own = scoresOf(q, k, fresh);
      const now = causalMask === undefined ? own : add(own, causalMask);
      // One softmax over both parts, without laying past and new end to end.
      const highest = maximum(reduceMax(old, last), reduceMax(now, last));
      const oldWeights = exp(sub(old, highest));
      const newWeights = exp(sub(now, highest));
      const total = add(reduceSum(oldWeights, last), reduceSum(newWeights, last));
      const mixed = add(
        matmul(grouped(oldWeights, 'past'), pastValue),
        matmul(grouped(newWeights, fresh), v),
      );
      const attended = div(
        reshape(mixed, [rows, heads, kind === 'prefill' ? -1 : 1, headSize]),
        total,
      );
      return reshape(transpose(attended, [0, 2, 1, 3]), [count, heads * headSize]);
    },
  });
  const asked = kind === 'prefill' ? gatherRows(hidden, input('last', [1], 'int32')) : hidden;
  return { outputs: { logits: llamaLogits(config, weights, asked), ...outputs } };
}
