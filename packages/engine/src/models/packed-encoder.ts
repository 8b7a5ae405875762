import type { AdaptHooks } from '../adapt/adaptation.ts';
import type { EncoderConfig } from '../families/encoder-config.ts';
import { input, type Value } from '../graph/value.ts';
import { packedAttention, textMask } from '../nn/attention.ts';
import type { WindowShape } from '../nn/window.ts';
import type { DecoderWeights } from './decoder.ts';
import { encoderHidden } from './encoder.ts';
import { layerRotation, perKind } from './layer-attention.ts';

/**
 * Hidden states `[rows · tokens, hiddenSize]` of packed windows, from the inputs `tokens`, `positions`,
 * `ends` and, where the family has them, `token_types`, each `[rows · tokens]`.
 */
export function packedEncoder(
  config: EncoderConfig,
  weights: DecoderWeights,
  { rows, tokens }: Pick<WindowShape, 'rows' | 'tokens'>,
  { embedded, border }: Pick<AdaptHooks, 'embedded' | 'border'> = {},
): Value {
  const count = rows * tokens;
  const shape = { ...config, rows, tokens };
  const positions = input('positions', [count], 'int32');
  const ends = input('ends', [count], 'int32');
  const attentionOf = perKind((kind) => {
    const rotation = layerRotation(config, kind, { positions, limit: tokens });
    const reach = kind === 'sliding' ? config.reach + 1 : tokens;
    return { rotation, mask: textMask(ends, shape, reach) };
  });
  return encoderHidden(config, weights, {
    tokens: input('tokens', [count], 'int32'),
    positions,
    embedded,
    border,
    types: () => input('token_types', [count], 'int32'),
    attend: (heads) =>
      packedAttention(shape, { ...heads, ...attentionOf(heads.kind), causal: false }),
  });
}
