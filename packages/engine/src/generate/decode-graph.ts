import type { DecoderConfig, LayerAttention } from '../families/decoder-config.ts';
import type { Graph } from '../graph/graph.ts';
import type { Dimension } from '../graph/shape.ts';
import { constant, input, type Value } from '../graph/value.ts';
import { type DecoderWeights, decoderHidden, decoderLogits } from '../models/decoder.ts';
import { layerRotation, perKind } from '../models/layer-attention.ts';
import { rotated } from '../nn/attention.ts';
import { equal, greaterOrEqual, where } from '../ops/comparison.ts';
import { add, div, exp, maximum, sub } from '../ops/elementwise.ts';
import { gatherRows } from '../ops/index-rows.ts';
import { concat, reshape, transpose } from '../ops/layout.ts';
import { matmul } from '../ops/matmul.ts';
import { reduceMax, reduceSum } from '../ops/reduce.ts';

/**
 * `prefill` reads many tokens of one sequence, `start` the same when it has no past yet; `step` reads one token
 * of many sequences. `virtual` is a start that reads embeddings instead of tokens, and only for their keys and values.
 */
export type DecodeKind = 'virtual' | 'start' | 'prefill' | 'step';

export type DecodeGraphOptions = {
  readonly config: DecoderConfig;
  readonly weights: DecoderWeights;
  readonly kind: DecodeKind;
  /** Positions that the rotary tables cover. */
  readonly maxContext: number;
  /**
   * Whether the keys and values that come out are those of the past and the new tokens together, for a cache
   * that nobody can write into in place. Default false: the new ones alone.
   */
  readonly joinsPast?: boolean;
};

const last = { axes: [-1], keepDims: true } as const;
const masked = -1e9;

/**
 * The forward pass of generation over a key-value cache that is only read: new keys and values come
 * out, and the caller writes them into the cache in place, so that the past is never copied.
 *
 * Inputs: `tokens` [rows·new], or `embeddings` [new, hiddenSize] of virtual tokens, `positions` [rows, new], `past_mask` [rows, 1, 1, past] (0 or a large
 * negative number), `past_key.<layer>` and `past_value.<layer>` [rows, keyValueHeads, past, headSize],
 * none of these for a start; for all but steps also `causal_mask` [1, 1, new, new], and for start and prefill `last`
 * [asked], the rows whose logits are wanted; `past_positions` [past], 0 to past − 1, where a layer slides or a step joins its past.
 * Outputs: `logits` [rows, vocabulary], of start and prefill [asked, vocabulary], but of virtual tokens, `key.<layer>` and `value.<layer>` [rows, keyValueHeads, new,
 * headSize]; joined with the past they are [rows, keyValueHeads, past + new, headSize] after a prefill, and
 * [rows, keyValueHeads, past, headSize] after a step, with the new token at its position. Start and prefill have
 * one row and any number of new tokens, a step any number of rows and one token.
 */
export function decodeGraph(options: DecodeGraphOptions): Graph {
  const { config, weights, kind, maxContext, joinsPast = false } = options;
  const isStep = kind === 'step';
  const rows: Dimension = isStep ? 'rows' : 1;
  const fresh: Dimension = isStep ? 1 : 'new';
  const count: Dimension = isStep ? 'rows' : 'new';
  const { heads, keyValueHeads, headSize } = config;
  const group = heads / keyValueHeads;

  const positions = input('positions', [rows, fresh], 'int32');
  const rotationOf = perKind((kind) =>
    layerRotation(config, kind, { positions, limit: maxContext }),
  );
  const pastMask = input('past_mask', [rows, 1, 1, 'past'], 'float32');
  const causalMask = isStep ? undefined : input('causal_mask', [1, 1, fresh, fresh], 'float32');
  const outputs: Record<string, Value> = {};
  const pastPositions = input('past_positions', ['past'], 'int32');
  const sliding = slidingMasks(config, { positions, pastPositions, rows, fresh });
  const pastMaskOf = (attention: LayerAttention): Value =>
    attention === 'sliding' ? add(pastMask, sliding().past) : pastMask;
  const ownMaskOf = (attention: LayerAttention): Value | undefined =>
    causalMask === undefined || attention === 'full' ? causalMask : add(causalMask, sliding().own);

  const split = (x: Value, parts: number): Value =>
    transpose(reshape(x, [rows, fresh, parts, headSize]), [0, 2, 1, 3]);
  const grouped = (x: Value, size: Dimension): Value =>
    reshape(x, [rows, keyValueHeads, isStep ? group : -1, size]);
  const scoresOf = (query: Value, keys: Value, size: Dimension): Value =>
    reshape(matmul(query, keys, { transB: true }), [rows, heads, isStep ? 1 : -1, size]);
  const isNewPlace = isStep
    ? equal(reshape(pastPositions, [1, 1, 'past', 1]), reshape(positions, [rows, 1, 1, 1]))
    : undefined;
  const joined = (past: Value | undefined, own: Value): Value => {
    if (past === undefined || !joinsPast) return own;
    return isNewPlace === undefined ? concat([past, own], 2) : where(isNewPlace, own, past);
  };

  const hidden = decoderHidden(config, weights, {
    tokens: input('tokens', [count], 'int32'),
    positions: reshape(positions, [count]),
    ...(kind === 'virtual' && {
      embedded: () => input('embeddings', [count, config.hiddenSize], 'float32'),
    }),
    attend: ({ layer, kind: attention, query, key, value }) => {
      const rotation = rotationOf(attention);
      const pastOf = (name: string): Value | undefined =>
        kind === 'start' || kind === 'virtual'
          ? undefined
          : input(`${name}.${layer}`, [rows, keyValueHeads, 'past', headSize], 'float32');
      const pastKey = pastOf('past_key');
      const pastValue = pastOf('past_value');
      const k = rotated(split(key, keyValueHeads), 'key', rotation);
      const v = split(value, keyValueHeads);
      outputs[`key.${layer}`] = joined(pastKey, k);
      outputs[`value.${layer}`] = joined(pastValue, v);
      const q = grouped(rotated(split(query, heads), 'query', rotation), headSize);
      const own = scoresOf(q, k, fresh);
      const ownMask = ownMaskOf(attention);
      const now = ownMask === undefined ? own : add(own, ownMask);
      const newest = reduceMax(now, last);
      let mixed: Value;
      let total: Value;
      if (pastKey === undefined || pastValue === undefined) {
        const newWeights = exp(sub(now, newest));
        total = reduceSum(newWeights, last);
        mixed = matmul(grouped(newWeights, fresh), v);
      } else {
        // One softmax over both parts, without laying past and new end to end.
        const old = add(scoresOf(q, pastKey, 'past'), pastMaskOf(attention));
        const highest = maximum(reduceMax(old, last), newest);
        const oldWeights = exp(sub(old, highest));
        const newWeights = exp(sub(now, highest));
        total = add(reduceSum(oldWeights, last), reduceSum(newWeights, last));
        mixed = add(
          matmul(grouped(oldWeights, 'past'), pastValue),
          matmul(grouped(newWeights, fresh), v),
        );
      }
      const attended = div(reshape(mixed, [rows, heads, isStep ? 1 : -1, headSize]), total);
      return reshape(transpose(attended, [0, 2, 1, 3]), [count, heads * headSize]);
    },
  });
  if (kind === 'virtual') return { outputs };
  const asked = isStep ? hidden : gatherRows(hidden, input('last', ['asked'], 'int32'));
  return { outputs: { logits: decoderLogits(config, weights, asked), ...outputs } };
}

/**
 * What a sliding layer may not see, as additive masks: of the past `[rows, 1, new, past]`, whose places
 * are counted by the input `past_positions` [past], and of the new tokens `[rows, 1, new, new]`. Made
 * when first asked for, so that other models have no such input.
 */
function slidingMasks(
  { slidingWindow }: DecoderConfig,
  {
    positions,
    pastPositions,
    rows,
    fresh,
  }: { positions: Value; pastPositions: Value; rows: Dimension; fresh: Dimension },
): () => { readonly past: Value; readonly own: Value } {
  let made: { past: Value; own: Value } | undefined;
  const outside = (key: Value): Value =>
    where(
      greaterOrEqual(sub(reshape(positions, [rows, 1, fresh, 1]), key), slidingWindow),
      constant(masked),
      0,
    );
  return () => {
    made ??= {
      past: outside(reshape(pastPositions, [1, 1, 1, 'past'])),
      own: outside(reshape(positions, [rows, 1, 1, fresh])),
    };
    return made;
  };
}
