import { familyOf } from '../families/decoder-families.ts';
import type { EncoderConfig } from '../families/encoder-config.ts';
import { encoderNames } from '../families/encoder-names.ts';
import type { ModelConfig } from '../families/model-config.ts';
import { constant, type Value } from '../graph/value.ts';
import { gelu, tanh } from '../ops/activation.ts';
import { add, maximum } from '../ops/elementwise.ts';
import { matmul } from '../ops/matmul.ts';
import { layerNorm } from '../ops/norm.ts';

/**
 * A tensor of a head; it trains under every method. It starts from the checkpoint where that has it, else as
 * transformers starts a new head: `normal` is N(0, initializerRange²).
 */
export type HeadTensor = {
  readonly name: string;
  readonly shape: readonly number[];
  readonly initial: 'normal' | 'zeros' | 'ones';
  readonly decays: boolean;
};

/** What turns hidden states `[rows, hiddenSize]` into scores `[rows, outputs]`. */
export type Head = {
  readonly tensors: readonly HeadTensor[];
  scores(tensor: (name: string) => Value, hidden: Value): Value;
};

type Layer = Head;

function linear(
  module: string,
  inputs: number,
  outputs: number,
  { bias = true }: { readonly bias?: boolean } = {},
): Layer {
  const weight = `${module}.weight`;
  const tensors: HeadTensor[] = [
    { name: weight, shape: [outputs, inputs], initial: 'normal', decays: true },
  ];
  if (bias)
    tensors.push({ name: `${module}.bias`, shape: [outputs], initial: 'zeros', decays: false });
  return {
    tensors,
    scores(tensor, x) {
      const product = matmul(x, tensor(weight), { transB: true });
      return bias ? add(product, tensor(`${module}.bias`)) : product;
    },
  };
}

function norm(module: string, { hiddenSize, normEpsilon, normBias }: EncoderConfig): Layer {
  const tensors: HeadTensor[] = [
    { name: `${module}.weight`, shape: [hiddenSize], initial: 'ones', decays: false },
  ];
  if (normBias)
    tensors.push({ name: `${module}.bias`, shape: [hiddenSize], initial: 'zeros', decays: false });
  return {
    tensors,
    scores: (tensor, x) =>
      layerNorm(x, {
        weight: tensor(`${module}.weight`),
        bias: normBias ? tensor(`${module}.bias`) : constant(0, [hiddenSize], 'float32'),
        epsilon: normEpsilon,
      }),
  };
}

function activation(apply: (x: Value) => Value): Layer {
  return { tensors: [], scores: (_, x) => apply(x) };
}

function inTurn(...layers: readonly Layer[]): Head {
  return {
    tensors: layers.flatMap(({ tensors }) => tensors),
    scores: (tensor, hidden) => layers.reduce((x, layer) => layer.scores(tensor, x), hidden),
  };
}

/** ModernBERT's dense, gelu and norm, which stand before every one of its heads. */
function modernTransform(config: EncoderConfig): Layer {
  const { hiddenSize, headBias } = config;
  return inTurn(
    linear('head.dense', hiddenSize, hiddenSize, { bias: headBias }),
    activation(gelu),
    norm('head.norm', config),
  );
}

/** Scores of a whole text, from the hidden state that stands for it. */
export function sequenceHead(config: ModelConfig, labels: number): Head {
  const { hiddenSize } = config;
  if (config.kind === 'decoder') return linear('score', hiddenSize, labels, { bias: false });
  const square = (module: string): Layer => linear(module, hiddenSize, hiddenSize);
  switch (config.modelType) {
    case 'bert':
      return inTurn(
        square('bert.pooler.dense'),
        activation(tanh),
        linear('classifier', hiddenSize, labels),
      );
    case 'roberta':
      return inTurn(
        square('classifier.dense'),
        activation(tanh),
        linear('classifier.out_proj', hiddenSize, labels),
      );
    case 'distilbert':
      return inTurn(
        square('pre_classifier'),
        activation((x) => maximum(x, 0)),
        linear('classifier', hiddenSize, labels),
      );
    case 'modernbert':
      return inTurn(modernTransform(config), linear('classifier', hiddenSize, labels));
  }
}

/** Scores of each token. Throws RangeError for Gemma 3, of which transformers has no token classifier. */
export function tokenHead(config: ModelConfig, labels: number): Head {
  const { hiddenSize } = config;
  if (config.kind === 'decoder') {
    const { tokenHead: module } = familyOf(config);
    if (module === undefined)
      throw new RangeError(`token classification is not supported on ${config.modelType}`);
    return linear(module, hiddenSize, labels);
  }
  const classifier = linear('classifier', hiddenSize, labels);
  return config.modelType === 'modernbert'
    ? inTurn(modernTransform(config), classifier)
    : classifier;
}

/** How likely each token is to begin and to end an answer, `[rows, 2]`. */
export function spanHead(config: EncoderConfig): Head {
  return config.modelType === 'modernbert'
    ? inTurn(modernTransform(config), linear('classifier', config.hiddenSize, 2))
    : linear('qa_outputs', config.hiddenSize, 2);
}

/** Logits of the vocabulary at masked tokens; the weight is the word embeddings again. */
export function maskedLmHead(config: EncoderConfig): Head {
  const { hiddenSize, vocabularySize } = config;
  const words = `${encoderNames(config).words}.weight`;
  const square = (module: string): Layer => linear(module, hiddenSize, hiddenSize);
  const decoder = (bias: string): Layer => ({
    tensors: [{ name: bias, shape: [vocabularySize], initial: 'zeros', decays: false }],
    scores: (tensor, x) => add(matmul(x, tensor(words), { transB: true }), tensor(bias)),
  });
  switch (config.modelType) {
    case 'bert':
      return inTurn(
        square('cls.predictions.transform.dense'),
        activation(gelu),
        norm('cls.predictions.transform.LayerNorm', config),
        decoder('cls.predictions.bias'),
      );
    case 'roberta':
      return inTurn(
        square('lm_head.dense'),
        activation(gelu),
        norm('lm_head.layer_norm', config),
        decoder('lm_head.bias'),
      );
    case 'distilbert':
      return inTurn(
        square('vocab_transform'),
        activation(gelu),
        norm('vocab_layer_norm', config),
        decoder('vocab_projector.bias'),
      );
    case 'modernbert':
      return inTurn(modernTransform(config), decoder('decoder.bias'));
  }
}
