import type { RopeConfig } from './rope-config.ts';

/** How a layer attends: to everything before it, or to the last `slidingWindow` tokens. */
export type LayerAttention = 'full' | 'sliding';

/**
 * The architecture of a decoder: sizes and flags, every class default filled in.
 * @example const config: DecoderConfig = model.config;
 */
export type DecoderConfig = {
  kind: 'decoder';
  /** A key of `decoderFamilies`. */
  modelType: string;
  vocabularySize: number;
  hiddenSize: number;
  intermediateSize: number;
  layers: number;
  heads: number;
  keyValueHeads: number;
  headSize: number;
  /** `rms-plus-one` multiplies by 1 + weight, as Gemma does; `layer` has a bias too. */
  norm: 'rms' | 'rms-plus-one' | 'layer';
  normEpsilon: number;
  activation: 'silu' | 'gelu' | 'gelu-tanh';
  /** The MLP is down(act(gate(x)) · up(x)); otherwise down(act(up(x))). */
  gatedMlp: boolean;
  /** Queries and keys are normed, head by head, before they are rotated. */
  queryKeyNorm: boolean;
  /** What attention and MLP add is normed before it is added. */
  postNorms: boolean;
  /** Queries, keys and values come from one weight, gate and up from another. */
  fused: boolean;
  /** Linear weights are stored [in, out]. */
  transposed: boolean;
  queryBias: boolean;
  outputBias: boolean;
  mlpBias: boolean;
  /** Factor on the token embeddings. */
  embeddingScale: number;
  /** Factor on the attention scores. */
  attentionScale: number;
  /** Positions are rotations of queries and keys, or learned vectors added to the embeddings. */
  positions: 'rotary' | 'learned';
  /** Rotations by the layer's kind of attention. */
  rope: Record<LayerAttention, RopeConfig>;
  /** One entry a layer. */
  attention: LayerAttention[];
  /** Tokens that a sliding layer sees, itself included. */
  slidingWindow: number;
  maxPositions: number;
  tieEmbeddings: boolean;
  bosToken: number | null;
  eosTokens: number[];
  padToken: number | null;
  initializerRange: number;
};
