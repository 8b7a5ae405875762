import type { EncoderConfig, EncoderType } from './encoder-config.ts';

/** The modules of one encoder block, by their paths; an empty path: the family has none there. */
export type EncoderBlockNames = {
  readonly query: string;
  readonly key: string;
  readonly value: string;
  readonly fusedQueryKeyValue: string;
  readonly output: string;
  /** After what attention adds, or before attention. */
  readonly attentionNorm: string;
  readonly up: string;
  readonly down: string;
  /** After what the MLP adds, or before the MLP. */
  readonly mlpNorm: string;
};

export type EncoderNames = {
  /** What the base model's weights begin with in a model with a head. */
  readonly prefix: string;
  readonly words: string;
  readonly positions: string;
  readonly types: string;
  readonly embeddingNorm: string;
  readonly finalNorm: string;
  block(layer: number): EncoderBlockNames;
};

/** The paths of a family's modules, as transformers' classes with a head name them. */
export function encoderNames({ modelType }: Pick<EncoderConfig, 'modelType'>): EncoderNames {
  return families[modelType];
}

function bertLike(prefix: string): EncoderNames {
  return {
    prefix,
    words: `${prefix}embeddings.word_embeddings`,
    positions: `${prefix}embeddings.position_embeddings`,
    types: `${prefix}embeddings.token_type_embeddings`,
    embeddingNorm: `${prefix}embeddings.LayerNorm`,
    finalNorm: '',
    block(layer) {
      const at = `${prefix}encoder.layer.${layer}`;
      return {
        query: `${at}.attention.self.query`,
        key: `${at}.attention.self.key`,
        value: `${at}.attention.self.value`,
        fusedQueryKeyValue: '',
        output: `${at}.attention.output.dense`,
        attentionNorm: `${at}.attention.output.LayerNorm`,
        up: `${at}.intermediate.dense`,
        down: `${at}.output.dense`,
        mlpNorm: `${at}.output.LayerNorm`,
      };
    },
  };
}

const distilbert: EncoderNames = {
  prefix: 'distilbert.',
  words: 'distilbert.embeddings.word_embeddings',
  positions: 'distilbert.embeddings.position_embeddings',
  types: '',
  embeddingNorm: 'distilbert.embeddings.LayerNorm',
  finalNorm: '',
  block(layer) {
    const at = `distilbert.transformer.layer.${layer}`;
    return {
      query: `${at}.attention.q_lin`,
      key: `${at}.attention.k_lin`,
      value: `${at}.attention.v_lin`,
      fusedQueryKeyValue: '',
      output: `${at}.attention.out_lin`,
      attentionNorm: `${at}.sa_layer_norm`,
      up: `${at}.ffn.lin1`,
      down: `${at}.ffn.lin2`,
      mlpNorm: `${at}.output_layer_norm`,
    };
  },
};

const modernbert: EncoderNames = {
  prefix: 'model.',
  words: 'model.embeddings.tok_embeddings',
  positions: '',
  types: '',
  embeddingNorm: 'model.embeddings.norm',
  finalNorm: 'model.final_norm',
  block(layer) {
    const at = `model.layers.${layer}`;
    return {
      query: '',
      key: '',
      value: '',
      fusedQueryKeyValue: `${at}.attn.Wqkv`,
      output: `${at}.attn.Wo`,
      // The embeddings have just been normed.
      attentionNorm: layer === 0 ? '' : `${at}.attn_norm`,
      up: `${at}.mlp.Wi`,
      down: `${at}.mlp.Wo`,
      mlpNorm: `${at}.mlp_norm`,
    };
  },
};

const families: Readonly<Record<EncoderType, EncoderNames>> = {
  bert: bertLike('bert.'),
  roberta: bertLike('roberta.'),
  distilbert,
  modernbert,
};
