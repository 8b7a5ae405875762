import { loraLinear } from '../adapt/lora.ts';
import { encoderNames } from '../checkpoint/encoder-names.ts';
import type { ModelConfig } from '../checkpoint/model-config.ts';
import { input, type Value } from '../graph/value.ts';
import { baseLinears } from '../models/base-linear.ts';
import { type DecoderWeights, decoderHead } from '../models/decoder.ts';
import { packedDecoder } from '../models/packed-decoder.ts';
import { packedEncoder } from '../models/packed-encoder.ts';
import { dropout } from '../nn/dropout.ts';
import type { WindowShape } from '../nn/window.ts';
import type { Forward, Objective } from '../objectives/objective.ts';

/** The adapter that a forward pass puts beside some linear layers. */
export type LoraForward = {
  readonly modules: ReadonlySet<string>;
  readonly scale: number;
  /** Dropout of the adapter's inputs; `columnKeys` gives each layer its part of the hash. */
  readonly dropout?:
    | { readonly rate: number; columnKeys(module: string, width: number): Int32Array }
    | undefined;
};

export type ForwardSpec = {
  readonly config: ModelConfig;
  readonly shape: WindowShape;
  /** A float32 value for a weight: a fed parameter or a mapped, frozen weight. */
  tensor(name: string): Value;
  readonly lora?: LoraForward | undefined;
  readonly objective: Pick<Objective<never>, 'forward'>;
};

/**
 * The forward pass over one micro-batch, whose arrays come in as inputs named as in `batchFeeds`.
 * Every window is `[rows, tokens]`; inside, tokens are one flat axis.
 */
export function forward({ config, shape, tensor, lora, objective }: ForwardSpec): Forward {
  const count = shape.rows * shape.tokens;
  const rowKeys = lora?.dropout && input('dropout_keys', [count, 1], 'int32');
  const dropped = (module: string, x: Value): Value =>
    lora?.dropout === undefined || rowKeys === undefined
      ? x
      : dropout(x, {
          rate: lora.dropout.rate,
          rowKeys,
          columnKeys: lora.dropout.columnKeys(module, x.shape.at(-1) as number),
        });
  const baseLinear = baseLinears(config, tensor);
  const weights: DecoderWeights = {
    tensor,
    linear(module, x) {
      const base = baseLinear(module, x);
      if (!lora?.modules.has(module)) return base;
      return loraLinear(base, dropped(module, x), {
        a: tensor(`${module}.lora_A`),
        b: tensor(`${module}.lora_B`),
        scale: lora.scale / (1 - (lora.dropout?.rate ?? 0)),
      });
    },
  };
  const backbone =
    config.kind === 'decoder'
      ? {
          hidden: packedDecoder(config, weights, shape),
          head: () => decoderHead(config, weights),
        }
      : {
          hidden: packedEncoder(config, weights, shape),
          head: () => tensor(`${encoderNames(config).words}.weight`),
        };
  return objective.forward({ ...backbone, tensor }, shape);
}
