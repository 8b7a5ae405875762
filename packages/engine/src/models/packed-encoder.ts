import type { AdaptHooks } from '../adapt/adaptation.ts';
import type { LayerAttention } from '../families/decoder-config.ts';
import type { EncoderConfig } from '../families/encoder-config.ts';
import { input, type Value } from '../graph/value.ts';
import { packedAttention, packedMask, type Rotation, rotationAt } from '../nn/attention.ts';
import type { WindowShape } from '../nn/window.ts';
import type { DecoderWeights } from './decoder.ts';
import { encoderHidden } from './encoder.ts';

/**
 * Hidden states `[rows · tokens, hiddenSize]` of packed windows, from the inputs `tokens`, `positions`,
 * `segments` and, where the family has them, `token_types`, each `[rows · tokens]`.
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
  const segments = input('segments', [count], 'int32');
  const scale = config.attentionScale;
  const made = new Map<LayerAttention, { mask: Value; rotation: Rotation }>();
  const attentionOf = (kind: LayerAttention) => {
    const known = made.get(kind);
    if (known !== undefined) return known;
    const rotation =
      config.positions === 'rotary'
        ? rotationAt(config.rope[kind], positions, { limit: tokens, scale })
        : { scale, tables: null };
    const reach = kind === 'sliding' ? config.reach + 1 : tokens;
    const fresh = { rotation, mask: packedMask(segments, shape, { reach, causal: false }) };
    made.set(kind, fresh);
    return fresh;
  };
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
