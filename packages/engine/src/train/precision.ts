import type { Recipe } from '@lathe/recipe/recipe';
import type { Device } from '../runtime/device.ts';

/** What matrix products compute in. */
export type Precision = Exclude<Recipe['precision'], 'auto'>;

/**
 * The precision of a run: `auto` is float16 where the device multiplies in it natively and sums
 * in float32, else float32. Throws
 * RangeError when float16 is asked of a device that has none.
 */
export async function precisionFor(asked: Recipe['precision'], device: Device): Promise<Precision> {
  if (asked === 'float32') return 'float32';
  const products = await device.halfProducts();
  if (asked === 'auto') return products === 'native' ? 'float16' : 'float32';
  if (products === 'none')
    throw new RangeError(
      `the device "${device.name}" cannot train in float16: its adapter lacks the feature shader-f16; precision "float32" or "auto" does without`,
    );
  return 'float16';
}
