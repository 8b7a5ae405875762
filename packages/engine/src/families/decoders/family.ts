import type { DecoderConfig, LayerAttention } from '../decoder-config.ts';
import type { DecoderNames } from '../decoder-names.ts';
import type { RopeConfig } from '../rope-config.ts';
import type { RawConfig } from './raw-config.ts';

/** What sets a family apart from the Llama block. */
export type Flags = Pick<
  DecoderConfig,
  | 'norm'
  | 'gatedMlp'
  | 'queryKeyNorm'
  | 'postNorms'
  | 'fused'
  | 'transposed'
  | 'queryBias'
  | 'outputBias'
  | 'mlpBias'
  | 'positions'
>;

/** A field of config.json, and what is wrong with it. */
export type Deviation = { readonly field: string; readonly problem: string };

/** What must be known of a model to say what llama.cpp takes from its depth and widths. */
export type GgufSizes = Pick<DecoderConfig, 'layers' | 'hiddenSize' | 'heads' | 'headSize'>;

/** How GGUF files hold the family, for the reader and the writer. */
type GgufFamily = {
  /** `general.architecture`; of families that share one, the first of the list is what a file becomes. */
  readonly architecture: string;
  /** Rows of queries and keys lie in adjacent pairs, not in halves. */
  readonly pairedRows: boolean;
  /** llama.cpp computes the window of sliding layers; `zero`: the key must be there, and 0 is no window. */
  readonly window: 'computed' | 'ignored' | 'zero';
  /** What llama.cpp fixes and the model has otherwise. */
  readonly deviation?: (config: DecoderConfig) => Deviation | undefined;
  /** Fields of config.json for what llama.cpp fixes. */
  readonly fixed?: (sizes: GgufSizes) => Readonly<Record<string, unknown>>;
};

/** Everything that is known of one family of decoders; each has a file here that says it. */
export type DecoderFamily = {
  /** What transformers' classes of the family begin with. */
  readonly className: string;
  /** transformers' class with the head that writes text. */
  readonly languageClass: string;
  readonly names: DecoderNames;
  /** What the weights of the class without a head begin with in one that has a head. */
  readonly prefix: string;
  /** A file may leave the prefix out. */
  readonly isPrefixOptional?: true;
  /** Tensors that old exports carry and nobody reads. */
  readonly buffers?: RegExp;
  /** Defaults of transformers' configuration class, which a config.json may leave out. */
  readonly defaults: Readonly<Record<string, unknown>>;
  /** The family's own name for `hidden_act`. */
  readonly activationField?: string;
  readonly activations: readonly string[];
  /** Fields by the family's own names, put under those of `rawConfigSchema`. Throws UnsupportedModelError. */
  readonly translate?: (
    file: string,
    json: Readonly<Record<string, unknown>>,
  ) => Record<string, unknown>;
  /** The other way: the family's own names for fields of `rawConfigSchema`, where they differ. */
  readonly ownNames?: Readonly<Record<string, string>>;
  /** Fields where the class takes no null. */
  readonly notNull: readonly string[];
  readonly flags: (raw: RawConfig) => Flags;
  /** A layer's attention, before `layer_types` overrules it. */
  readonly attention: (raw: RawConfig, layer: number) => LayerAttention;
  /** Tokens that a sliding layer sees; null: the model has no window. */
  readonly window: (raw: RawConfig) => number | null;
  /** Rotations by the layer's kind of attention. Throws UnsupportedModelError for what is not computed. */
  readonly rope: (
    file: string,
    raw: RawConfig,
    headSize: number,
  ) => Record<LayerAttention, RopeConfig>;
  /** Token embeddings are multiplied by √hiddenSize. */
  readonly scaledEmbeddings?: true;
  /** Scores are divided by √`query_pre_attn_scalar`, not by √headSize. */
  readonly ownScoreScalar?: true;
  /** Linear layers whose output is added to the residual stream, where they start narrower for it. */
  readonly narrowResiduals?: string;
  /** Module of the head that classifies tokens; undefined where transformers has none. */
  readonly tokenHead: string | undefined;
  /** Layers that IA³ scales: peft's choice, or the like of it where peft has none. */
  readonly ia3: { readonly targets: readonly string[]; readonly feedForward: readonly string[] };
  readonly gguf: GgufFamily;
  /** Whether Ollama imports folders of safetensors of the family, and adapters too. */
  readonly ollama: 'no' | 'folders' | 'folders and adapters';
};
