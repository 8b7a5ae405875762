import type { AnyModelFolder } from '../families/model-folder.ts';
import type { Value } from '../graph/value.ts';
import type { Seed } from '../nn/seed.ts';
import type { PeftContent } from '../peft/peft-folder.ts';

/** A trainable tensor that a method puts beside the model. */
export type AddedTensor = {
  readonly name: string;
  readonly shape: readonly number[];
  readonly decays: boolean;
  /** Learning rate as a multiple of the run's; 1 when absent. */
  readonly rate?: number | undefined;
  /** Where it starts. */
  start(): Promise<Float32Array> | Float32Array;
};

/** A tensor beside the model that stays as it is. */
export type FixedTensor = {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array | Uint8Array | Int8Array;
  /** What the numbers are; float32 when absent. */
  readonly dtype?: 'float32' | 'uint8' | 'int8';
};

/** Places in the forward pass where a method may change what happens. */
export type AdaptHooks = {
  /** Another value for a weight of the base model. */
  tensor?(name: string, base: () => Value): Value;
  /** Another output of a linear layer; `base` is the layer as it is, without its bias where asked. */
  linear?(module: string, x: Value, base: BaseLinear): Value;
  /** Other embeddings `[rows · tokens, hiddenSize]`. */
  embedded?(x: Value): Value;
  /** Another value for what goes into each block, and comes out of the last one. */
  border?(x: Value): Value;
  /** Keys and values `[keyValueHeads, length, headSize]` that every token of a layer sees first. */
  prefix?(layer: number): { readonly key: Value; readonly value: Value };
  /** Places that `prefix` takes: positions start after them. */
  readonly prefixLength?: number;
};

/** A linear layer of the base model. */
export type BaseLinear = {
  /** x·Wᵀ + b. */
  whole(x: Value): Value;
  /** x·Wᵀ. */
  product(x: Value): Value;
  /** b, where there is one. */
  readonly bias: Value | undefined;
  /** W as `[outputs, inputs]`. */
  weight(): Value;
};

/** What the hooks of one graph may use. */
type AdaptGraph = {
  /** Any tensor by name: of the model, added, or fixed. */
  tensor(name: string): Value;
  /** Dropout on the input of a layer's adapter; the value itself where there is none. */
  dropped(module: string, x: Value): Value;
  /** 1 / (1 − rate) of that dropout. */
  readonly dropoutScale: number;
};

/** Which weights a run trains, and how the others work beside them. */
export type Adaptation = {
  readonly added: readonly AddedTensor[];
  readonly fixed: readonly FixedTensor[];
  /** Whether a weight of the base model trains. */
  trains(name: string): boolean;
  hooks(graph: AdaptGraph): AdaptHooks;
  /** Tokens that are put before every sequence; their embeddings are the method's own. */
  readonly virtualTokens: number;
  /** Places before every sequence that keys and values take which no token stands for. */
  readonly prefixLength: number;
  /** What PEFT stores for these values; undefined where the method changes the base model's weights. */
  content(values: TensorValues): PeftContent | undefined;
  /** New values of the base model's weights; undefined where the method cannot be expressed in them. */
  merged(values: TensorValues): Promise<Map<string, Float32Array>> | undefined;
};

/** Current values of the added and trained tensors. */
export type TensorValues = ReadonlyMap<string, Float32Array>;

/** What every method is made from. */
export type AdaptTarget = {
  readonly model: AnyModelFolder;
  readonly seed: Seed;
  /** Only the shapes are asked for: nothing is read, and the data of fixed tensors is left empty. */
  readonly shapesOnly?: boolean | undefined;
};

/** The parts of an adaptation that most methods leave as they are. */
export const plainAdaptation = {
  added: [],
  fixed: [],
  trains: () => false,
  hooks: () => ({}),
  virtualTokens: 0,
  prefixLength: 0,
} as const satisfies Partial<Adaptation>;
