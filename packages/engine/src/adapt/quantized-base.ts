import type { Value } from '../graph/value.ts';
import type { BaseLinear, FixedTensor } from './adaptation.ts';

/** The frozen linear layers of a model's blocks in fewer bits than they are stored in. */
export type QuantizedBase = {
  readonly fixed: readonly FixedTensor[];
  /** The layer in fewer bits; undefined where it stays as it is stored. */
  linear(
    module: string,
    stored: BaseLinear,
    tensor: (name: string) => Value,
  ): BaseLinear | undefined;
};
