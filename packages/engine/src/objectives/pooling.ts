import type { ModelConfig } from '../families/model-config.ts';
import type { Tensor } from '../graph/tensor.ts';
import { constant, input, type Value } from '../graph/value.ts';
import type { WindowShape } from '../nn/window.ts';
import { cast, equal } from '../ops/comparison.ts';
import { div, maximum } from '../ops/elementwise.ts';
import { gatherRows } from '../ops/index-rows.ts';
import { reshape } from '../ops/layout.ts';
import { matmul } from '../ops/matmul.ts';
import { reduceSum } from '../ops/reduce.ts';
import type { Placed } from './objective.ts';

/**
 * The hidden state that stands for each text, `[targets, hiddenSize]`: of an encoder the first token's or
 * the mean over the text, of a decoder the last token's, which alone has seen all others.
 */
export function pooled(
  config: ModelConfig,
  hidden: Value,
  { rows, tokens, targets }: WindowShape,
): Value {
  if (!meansOver(config)) return gatherRows(hidden, input('pooled_positions', [targets], 'int32'));
  const owners = input('pooled_owners', [1, rows * tokens], 'int32');
  const numbers = constant(
    Int32Array.from({ length: targets }, (_, at) => at + 1),
    [targets, 1],
    'int32',
  );
  const belongs = cast(equal(owners, numbers), 'float32');
  const lengths = reduceSum(belongs, { axes: [1], keepDims: true });
  return div(matmul(belongs, hidden), maximum(reshape(lengths, [targets, 1]), 1));
}

/** The inputs that `pooled` reads, for examples of one sequence. */
export function poolingFeeds(
  config: ModelConfig,
  placed: readonly Placed<{ readonly tokens: { readonly length: number } }>[],
  { rows, tokens, targets }: WindowShape,
): Record<string, Tensor> {
  if (meansOver(config)) {
    const owners = new Int32Array(rows * tokens);
    for (const [at, { example, places }] of placed.entries()) {
      const start = places[0]?.[0] as number;
      owners.fill(at + 1, start, start + example.tokens.length);
    }
    return { pooled_owners: { data: owners, shape: [1, rows * tokens], dtype: 'int32' } };
  }
  const positions = new Int32Array(targets);
  const read = config.kind === 'decoder' ? -1 : 0;
  for (const [at, { places }] of placed.entries()) positions[at] = places[0]?.at(read) as number;
  return { pooled_positions: { data: positions, shape: [targets], dtype: 'int32' } };
}

/** The token whose hidden state stands for a text; undefined for the mean over all. */
export function readToken(config: ModelConfig): 'first' | 'last' | undefined {
  if (meansOver(config)) return undefined;
  return config.kind === 'decoder' ? 'last' : 'first';
}

function meansOver(config: ModelConfig): boolean {
  return config.kind === 'encoder' && config.pooling === 'mean';
}
