import type { LayerAttention } from '../families/decoder-config.ts';
import type { ModelConfig } from '../families/model-config.ts';
import type { Value } from '../graph/value.ts';
import { type Rotation, rotationAt } from '../nn/attention.ts';

/** What all layers of a kind share, made when the first of them asks. */
export function perKind<T>(make: (kind: LayerAttention) => T): (kind: LayerAttention) => T {
  const made = new Map<LayerAttention, T>();
  return (kind) => {
    const known = made.get(kind) ?? make(kind);
    made.set(kind, known);
    return known;
  };
}

/** The rotation of the layers of a kind, for tokens at `positions`, all below `limit`. */
export function layerRotation(
  { positions: placing, rope, attentionScale: scale }: ModelConfig,
  kind: LayerAttention,
  { positions, limit }: { readonly positions: Value; readonly limit: number },
): Rotation {
  if (placing !== 'rotary') return { scale, tables: null };
  return rotationAt(rope[kind], positions, { limit, scale });
}
