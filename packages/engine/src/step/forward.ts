import type { AdaptHooks, BaseLinear } from '../adapt/adaptation.ts';
import { encoderNames } from '../families/encoder-names.ts';
import { type ModelConfig, modelTensors } from '../families/model-config.ts';
import type { Value } from '../graph/value.ts';
import { baseLinear } from '../models/base-linear.ts';
import { type DecoderWeights, decoderHead } from '../models/decoder.ts';
import { packedDecoder } from '../models/packed-decoder.ts';
import { packedEncoder } from '../models/packed-encoder.ts';
import type { WindowShape } from '../nn/window.ts';
import type { Backbone, Forward, Objective } from '../objectives/objective.ts';
import { dependentsOf, withHalfProducts } from './half-products.ts';

export type ForwardSpec = {
  readonly config: ModelConfig;
  readonly shape: WindowShape;
  /** A float32 value for any tensor: a fed parameter or a mapped, frozen weight. */
  tensor(name: string): Value;
  /** What a method changes on the way. */
  readonly hooks?: AdaptHooks | undefined;
  readonly objective: Pick<Objective<never>, 'forward'>;
  readonly labelSmoothing?: number | undefined;
  /** What matrix products compute in; float32 when absent. */
  readonly precision?: 'float32' | 'float16' | undefined;
};

/**
 * The forward pass over one micro-batch, whose arrays come in as inputs named as in `batchFeeds`.
 * Every window is `[rows, tokens]`; inside, tokens are one flat axis.
 */
export function forward(spec: ForwardSpec): Forward {
  const isHalf = spec.precision === 'float16';
  const { shape, objective, labelSmoothing } = spec;
  const whole = backbone(spec);
  const [hidden = whole.hidden] = isHalf ? withHalfProducts([whole.hidden]) : [];
  const result = objective.forward({ ...whole, hidden, labelSmoothing }, shape);
  return isHalf ? withHalfHead(result, hidden) : result;
}

/** The part of a forward pass that every objective has: up to the hidden states of packed windows. */
export function backbone({
  config,
  shape,
  tensor,
  hooks = {},
}: Pick<ForwardSpec, 'config' | 'tensor' | 'hooks'> & {
  readonly shape: Pick<WindowShape, 'rows' | 'tokens'>;
}): Backbone {
  const weights = hookedWeights(config, tensor, hooks);
  if (config.kind === 'decoder')
    return {
      hidden: packedDecoder(config, weights, shape, hooks),
      head: () => decoderHead(config, weights),
      tensor: weights.tensor,
    };
  return {
    hidden: packedEncoder(config, weights, shape, hooks),
    head: () => weights.tensor(`${encoderNames(config).words}.weight`),
    tensor: weights.tensor,
  };
}

/**
 * Beyond the backbone, products with weights (the head's) are float16 too; those of what the model answered with each
 * other belong to the loss, and stay.
 */
function withHalfHead(result: Forward, hidden: Value): Forward {
  const figures = Object.entries(result.figures ?? {});
  const vectors = Object.entries(result.vectors ?? {});
  const values = [
    result.loss,
    result.correct,
    ...figures.flatMap(([, { total, count }]) => [total, count]),
    ...vectors.map(([, vector]) => vector),
    ...(result.gradientOf === undefined ? [] : [result.gradientOf]),
  ];
  const answered = dependentsOf(hidden, values);
  const spares = ({ inputs }: Value): boolean => inputs.every((side) => answered.has(side));
  const rebuilt = withHalfProducts(values, spares);
  const next = (): Value => rebuilt.shift() as Value;
  return {
    loss: next(),
    correct: next(),
    figures: Object.fromEntries(figures.map(([name]) => [name, { total: next(), count: next() }])),
    vectors: Object.fromEntries(vectors.map(([name]) => [name, next()])),
    ...(result.gradientOf === undefined ? {} : { gradientOf: next() }),
  };
}

/** The model's weights as the hooks leave them; a weight is asked for once, however often it is used. */
function hookedWeights(
  config: ModelConfig,
  tensor: (name: string) => Value,
  hooks: AdaptHooks,
): DecoderWeights {
  const made = new Map<string, Value>();
  const own = (name: string): Value => {
    const value = made.get(name) ?? hooks.tensor?.(name, () => tensor(name)) ?? tensor(name);
    made.set(name, value);
    return value;
  };
  const plans = modelTensors(config);
  const linear = (module: string, x: Value): Value => {
    const base: BaseLinear = baseLinear(config, plans, { module, tensor: own });
    return hooks.linear?.(module, x, base) ?? base.whole(x);
  };
  return { tensor: own, linear };
}
