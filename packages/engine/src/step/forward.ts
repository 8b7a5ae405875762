import type { AdaptHooks, BaseLinear } from '../adapt/adaptation.ts';
import { encoderNames } from '../checkpoint/encoder-names.ts';
import { type ModelConfig, modelTensors } from '../checkpoint/model-config.ts';
import type { Value } from '../graph/value.ts';
import { baseLinear } from '../models/base-linear.ts';
import { type DecoderWeights, decoderHead } from '../models/decoder.ts';
import { packedDecoder } from '../models/packed-decoder.ts';
import { packedEncoder } from '../models/packed-encoder.ts';
import type { WindowShape } from '../nn/window.ts';
import type { Forward, Objective } from '../objectives/objective.ts';

export type ForwardSpec = {
  readonly config: ModelConfig;
  readonly shape: WindowShape;
  /** A float32 value for any tensor: a fed parameter or a mapped, frozen weight. */
  tensor(name: string): Value;
  /** What a method changes on the way. */
  readonly hooks?: AdaptHooks | undefined;
  readonly objective: Pick<Objective<never>, 'forward'>;
  readonly labelSmoothing?: number | undefined;
};

/**
 * The forward pass over one micro-batch, whose arrays come in as inputs named as in `batchFeeds`.
 * Every window is `[rows, tokens]`; inside, tokens are one flat axis.
 */
export function forward(spec: ForwardSpec): Forward {
  const { config, shape, tensor, hooks = {}, objective, labelSmoothing } = spec;
  const weights = hookedWeights(config, tensor, hooks);
  const backbone =
    config.kind === 'decoder'
      ? {
          hidden: packedDecoder(config, weights, shape, hooks),
          head: () => decoderHead(config, weights),
        }
      : {
          hidden: packedEncoder(config, weights, shape, hooks),
          head: () => weights.tensor(`${encoderNames(config).words}.weight`),
        };
  return objective.forward({ ...backbone, tensor: weights.tensor, labelSmoothing }, shape);
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
