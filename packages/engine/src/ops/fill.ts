import { type Family, family, type Takes } from '../graph/family.ts';
import { fixedShape, type Shape } from '../graph/shape.ts';
import { type DType, fromNumbers } from '../graph/tensor.ts';
import { node, type Value } from '../graph/value.ts';

/** A tensor of one number, made when the graph runs, so that it takes no room in the model. */
function full(shape: Shape, number: number, dtype: DType = 'float32'): Value {
  return node(fillOps.ConstantOfShape, [], { shape: fixedShape(shape), number, dtype });
}

/** A tensor of zeros. */
export function zeros(shape: Shape, dtype: DType = 'float32'): Value {
  return full(shape, 0, dtype);
}

type FillAttributes = {
  readonly shape: readonly number[];
  readonly number: number;
  readonly dtype: DType;
};

export type FillOps = { ConstantOfShape: Takes<0, FillAttributes> };

export const fillOps: Family<FillOps> = family<FillOps>({
  ConstantOfShape: {
    summary: 'y = one number everywhere.',
    types: (_, { shape, dtype }) => ({ shape, dtype }),
    gradient: { none: 'It has no inputs.' },
    onnx: ({ attributes: { shape, number, dtype } }) => ({
      type: 'ConstantOfShape',
      inputs: [shape],
      attributes: {
        value: { tensor: { dtype, shape: [1], data: fromNumbers(dtype, [number]) } },
      },
    }),
  },
});
