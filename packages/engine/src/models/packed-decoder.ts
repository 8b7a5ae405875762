import type { AdaptHooks } from '../adapt/adaptation.ts';
import type { DecoderConfig, LayerAttention } from '../families/decoder-config.ts';
import { input, type Value } from '../graph/value.ts';
import { causalMask, packedAttention, slidingPrefixMask } from '../nn/attention.ts';
import type { WindowShape } from '../nn/window.ts';
import { add } from '../ops/elementwise.ts';
import { type DecoderWeights, decoderHidden } from './decoder.ts';
import { layerRotation, perKind } from './layer-attention.ts';

/** What a method may change on the way. */
export type DecoderHooks = Pick<AdaptHooks, 'embedded' | 'border' | 'prefix' | 'prefixLength'>;

/**
 * Final hidden states `[rows · tokens, hiddenSize]` of packed windows, from the inputs `tokens`,
 * `positions` and `ends`, each `[rows · tokens]`.
 */
export function packedDecoder(
  config: DecoderConfig,
  weights: DecoderWeights,
  { rows, tokens }: Pick<WindowShape, 'rows' | 'tokens'>,
  { embedded, border, prefix, prefixLength = 0 }: DecoderHooks = {},
): Value {
  const count = rows * tokens;
  const shape = { ...config, rows, tokens };
  const fed = input('positions', [count], 'int32');
  const positions = prefixLength === 0 ? fed : add(fed, prefixLength);
  const ends = input('ends', [count], 'int32');
  const attentionOf = perKind((kind) => {
    const rotation = layerRotation(config, kind, { positions, limit: tokens + prefixLength });
    const reach = kind === 'sliding' ? config.slidingWindow : tokens;
    return { rotation, mask: causalMask({ ends, positions: fed }, shape, reach) };
  });
  let seen: Value | undefined;
  const prefixOf = (layer: number, kind: LayerAttention) => {
    const found = prefix?.(layer);
    if (found === undefined || kind === 'full') return found;
    const reach = config.slidingWindow;
    seen ??= slidingPrefixMask(fed, shape, { length: prefixLength, reach });
    return { ...found, mask: seen };
  };
  return decoderHidden(config, weights, {
    tokens: input('tokens', [count], 'int32'),
    positions,
    embedded,
    border,
    attend: (heads) =>
      packedAttention(shape, {
        ...heads,
        ...attentionOf(heads.kind),
        prefix: prefixOf(heads.layer, heads.kind),
      }),
  });
}
