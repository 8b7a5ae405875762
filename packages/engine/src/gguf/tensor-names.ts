import type { DecoderConfig } from '../families/decoder-config.ts';
import { decoderNames, familyOf } from '../families/decoder-families.ts';
import { decoderTensors } from '../families/decoder-tensors.ts';

/**
 * What happens to a tensor on its way: rows of queries and keys are put in the order of adjacent pairs,
 * norms get 1 added, and weights that lie [inputs, outputs] are turned.
 */
type Change = 'none' | 'pairs' | 'plus-one' | 'turned';

export type TensorMapping = {
  readonly name: string;
  /** The checkpoint's name and shape. */
  readonly source: string;
  readonly sourceShape: readonly number[];
  readonly shape: readonly number[];
  readonly change: Change;
  /** Heads whose rows are put in another order. */
  readonly heads: number;
};

/** Every weight of a decoder under the name that llama.cpp gives it, in the checkpoint's order. */
export function ggufTensors(config: DecoderConfig): TensorMapping[] {
  const known = ggufNames(config);
  const names = decoderNames(config);
  const pairs = new Map<string, number>();
  if (familyOf(config).gguf.pairedRows)
    for (let layer = 0; layer < config.layers; layer++) {
      const { query, key } = names.block(layer);
      pairs.set(query, config.heads);
      pairs.set(key, config.keyValueHeads);
    }
  return [...decoderTensors(config)].map(([source, { shape, role }]) => {
    const dot = source.lastIndexOf('.');
    const module = source.slice(0, dot);
    const name = known.get(module);
    if (name === undefined) throw new Error(`GGUF has no name for ${source}`);
    const heads = pairs.get(module);
    const turned =
      config.transposed && role === 'linear' && shape.length === 2 && module !== names.head;
    const change: Change =
      heads !== undefined
        ? 'pairs'
        : config.norm === 'rms-plus-one' && role === 'norm'
          ? 'plus-one'
          : turned
            ? 'turned'
            : 'none';
    return {
      name: `${name}${source.slice(dot)}`,
      source,
      sourceShape: shape,
      shape: turned ? shape.toReversed() : shape,
      change,
      heads: heads ?? 1,
    };
  });
}

/** llama.cpp's name of each module, by its path. */
function ggufNames(config: DecoderConfig): ReadonlyMap<string, string> {
  const names = decoderNames(config);
  const known = new Map([
    [names.embedding, 'token_embd'],
    [names.positions, 'position_embd'],
    [names.finalNorm, 'output_norm'],
    [names.head, 'output'],
  ]);
  for (let layer = 0; layer < config.layers; layer++) {
    const block = names.block(layer);
    const own: readonly (readonly [string, string])[] = [
      [block.inputNorm, 'attn_norm'],
      [block.query, 'attn_q'],
      [block.key, 'attn_k'],
      [block.value, 'attn_v'],
      [block.fusedQueryKeyValue, 'attn_qkv'],
      [block.queryNorm, 'attn_q_norm'],
      [block.keyNorm, 'attn_k_norm'],
      [block.output, 'attn_output'],
      [block.postAttentionNorm, 'post_attention_norm'],
      [block.mlpNorm, 'ffn_norm'],
      [block.gate, 'ffn_gate'],
      [block.up, 'ffn_up'],
      [block.fusedGateUp, 'ffn_up'],
      [block.down, 'ffn_down'],
      [block.postMlpNorm, 'post_ffw_norm'],
    ];
    for (const [module, name] of own) if (module !== '') known.set(module, `blk.${layer}.${name}`);
  }
  return known;
}

/** A checkpoint's tensor as GGUF holds it; of float32 numbers, which are left alone. */
export function toGguf(data: Float32Array, mapping: TensorMapping): Float32Array {
  const { change, heads, sourceShape } = mapping;
  switch (change) {
    case 'none':
      return data;
    case 'plus-one':
      return data.map((value) => value + 1);
    case 'turned':
      return turned(data, sourceShape[0]!, sourceShape[1]!);
    case 'pairs':
      return swapAxes(data, { groups: heads, rows: 2, columns: sourceShape[0]! / heads / 2 });
  }
}

/** A tensor of a GGUF file as the checkpoint holds it: the inverse of `toGguf`. */
export function fromGguf(data: Float32Array, mapping: TensorMapping): Float32Array {
  const { change, heads, sourceShape } = mapping;
  switch (change) {
    case 'none':
      return data;
    case 'plus-one':
      return data.map((value) => value - 1);
    case 'turned':
      return turned(data, sourceShape[1]!, sourceShape[0]!);
    case 'pairs':
      return swapAxes(data, { groups: heads, rows: sourceShape[0]! / heads / 2, columns: 2 });
  }
}

function turned(data: Float32Array, rows: number, columns: number): Float32Array {
  return swapAxes(data, { groups: 1, rows, columns });
}

/** `[groups, rows, columns, rest]` → `[groups, columns, rows, rest]`. */
function swapAxes(
  data: Float32Array,
  { groups, rows, columns }: Record<'groups' | 'rows' | 'columns', number>,
): Float32Array {
  const rest = data.length / (groups * rows * columns);
  const out = new Float32Array(data.length);
  for (let group = 0; group < groups; group++)
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++) {
        const from = ((group * rows + row) * columns + column) * rest;
        const to = ((group * columns + column) * rows + row) * rest;
        if (rest === 1) out[to] = data[from]!;
        else out.set(data.subarray(from, from + rest), to);
      }
  return out;
}
