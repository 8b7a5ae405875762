import type { DecoderConfig, LayerAttention } from '../checkpoint/decoder-config.ts';
import { input, type Value } from '../graph/value.ts';
import { packedAttention, packedMask, type Rotation, rotationAt } from '../nn/attention.ts';
import type { WindowShape } from '../nn/window.ts';
import { type DecoderWeights, decoderHidden } from './decoder.ts';

/**
 * Final hidden states `[rows · tokens, hiddenSize]` of packed windows, from the inputs `tokens`,
 * `positions` and `segments`, each `[rows · tokens]`.
 */
export function packedDecoder(
  config: DecoderConfig,
  weights: DecoderWeights,
  { rows, tokens }: Pick<WindowShape, 'rows' | 'tokens'>,
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
    const reach = kind === 'sliding' ? config.slidingWindow : tokens;
    const fresh = { rotation, mask: packedMask(segments, shape, { reach }) };
    made.set(kind, fresh);
    return fresh;
  };
  return decoderHidden(config, weights, {
    tokens: input('tokens', [count], 'int32'),
    positions,
    attend: (heads) => packedAttention(shape, { ...heads, ...attentionOf(heads.kind) }),
  });
}
