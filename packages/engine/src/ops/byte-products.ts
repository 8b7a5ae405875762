import { type Family, family, type Takes } from '../graph/family.ts';
import { sameShape, shapeText } from '../graph/shape.ts';
import { constant, node, type Value } from '../graph/value.ts';
import { abs, maximum, mul } from './elementwise.ts';
import { reshape } from './layout.ts';
import { reduceMax } from './reduce.ts';

/** The largest code, and what is added to codes of activations: products of unsigned by signed bytes are the fast ones. */
const [largestCode, zeroCode] = [127, 128] as const;

/** A row of zeros, or of less, has this scale, so that nothing is divided by zero. */
const leastScale = 1e-30;

/** The rows of a matrix as bytes: x ≈ (code − 128)·scale of its row. */
export type ByteRows = {
  /** The numbers themselves, `[rows, n]`, for gradients. */
  readonly x: Value;
  /** uint8 `[rows, n]`. */
  readonly codes: Value;
  /** `[rows, 1]`. */
  readonly scale: Value;
};

/** A frozen matrix Ŵ as bytes, both ways round: ŵ = code·scale of its row, which stands for one output. */
export type ByteMatrix = {
  /** int8 `[inputs, outputs]`. */
  readonly codes: Value;
  /** The same numbers as int8 `[outputs, inputs]`. */
  readonly turned: Value;
  /** `[outputs]`. */
  readonly scales: Value;
};

/** Rounds each row of x `[rows, n]` to 255 steps, of which the largest number of the row is the last. */
export function byteRows(x: Value): ByteRows {
  const scale = node(byteProductOps.RowScale, [x]);
  return { x, codes: node(byteProductOps.ByteRows, [x, scale]), scale };
}

/** x̂·Ŵᵀ `[rows, outputs]` in whole numbers, of which each is scaled at the end. */
export function byteProduct(
  { x, codes, scale }: ByteRows,
  { codes: matrix, turned, scales }: ByteMatrix,
): Value {
  return node(byteProductOps.ByteProduct, [x, codes, scale, matrix, turned, scales]);
}

/** Σ (a − 128)·b for uint8 a `[rows, n]` and int8 b `[n, columns]`, in whole numbers, times the scales `[columns]`. */
export function byteSums(a: Value, b: Value, scales: Value): Value {
  const [one, zero] = [constant(1), constant(zeroCode, [], 'uint8')];
  return node(byteProductOps.ByteSums, [a, b, one, scales, zero]);
}

type Plain = Readonly<Record<never, never>>;

export type ByteProductOps = {
  RowScale: Takes<1>;
  ByteRows: Takes<2>;
  ByteProduct: readonly [readonly [Value, Value, Value, Value, Value, Value], Plain];
  QuantizeRows: Takes<3>;
  ByteSums: readonly [readonly [Value, Value, Value, Value, Value], Plain];
};

const frozen = { none: 'What is rounded is differentiated beside it.', deliberate: true } as const;

export const byteProductOps: Family<ByteProductOps> = family<ByteProductOps>({
  RowScale: {
    summary: 'y = max |x| / 127 of each row.',
    types: ([x]) => ({ shape: [x.shape[0]!, 1], dtype: x.dtype }),
    gradient: frozen,
    lower: (_, [x]) => {
      const top = reduceMax(abs(x), { axes: [1], keepDims: true });
      return maximum(mul(top, 1 / largestCode), leastScale);
    },
  },
  ByteRows: {
    summary: 'y = x / scale of its row, rounded, + 128, as a byte.',
    types: ([x, scale]) => {
      if (x.dtype !== 'float32') throw new Error(`needs float32, not ${x.dtype}.`);
      if (x.shape.length !== 2 || !sameShape(scale.shape, [x.shape[0]!, 1]))
        throw new Error(`${shapeText(scale.shape)} are no scales of ${shapeText(x.shape)}.`);
      return { shape: x.shape, dtype: 'uint8' };
    },
    gradient: frozen,
    lower: (_, [x, scale]) => {
      const rows = x.shape[0] as number;
      const zeros = constant(zeroCode, [rows], 'uint8');
      return node(byteProductOps.QuantizeRows, [x, reshape(scale, [rows]), zeros]);
    },
  },
  ByteProduct: {
    summary:
      'y = x̂·Ŵᵀ, the rows of both in 8 bits with a scale each;  dx = dŷ·Ŵ, the rows of dy times the scales of Ŵ in 8 bits.',
    types: ([x, codes, scale, matrix, turned, scales]) => {
      const [rows, inputs] = x.shape;
      const [outputs] = scales.shape;
      const fits =
        sameShape(codes.shape, x.shape) &&
        sameShape(scale.shape, [rows!, 1]) &&
        sameShape(matrix.shape, [inputs!, outputs!]) &&
        sameShape(turned.shape, [outputs!, inputs!]);
      if (!fits)
        throw new Error(`a matrix ${shapeText(turned.shape)} does not fit ${shapeText(x.shape)}.`);
      if (matrix.dtype !== 'int8' || turned.dtype !== 'int8')
        throw new Error(`needs int8, not ${matrix.dtype} and ${turned.dtype}.`);
      return { shape: [rows!, outputs!], dtype: x.dtype };
    },
    gradient: ({ dy, inputs: [x, , , codes, turned, scales] }) => {
      const ones = constant(1, [x.shape[1] as number]);
      const other = { codes: turned, turned: codes, scales: ones };
      const dx = byteProduct(byteRows(mul(dy, scales)), other);
      return [dx, undefined, undefined, undefined, undefined, undefined];
    },
    lower: (_, [, codes, scale, matrix, , scales]) => mul(byteSums(codes, matrix, scales), scale),
  },
  QuantizeRows: {
    summary: 'y = x / scale of its row, rounded to the nearest even, + zero of its row, as a byte.',
    types: ([x]) => ({ shape: x.shape, dtype: 'uint8' }),
    gradient: frozen,
    onnx: () => ({ type: 'QuantizeLinear', attributes: { axis: { int: 0 } } }),
  },
  ByteSums: {
    summary: 'y = Σ (a − zero)·b, a whole number, times a scale and that of its column.',
    types: ([a, b]) => ({ shape: [a.shape[0]!, b.shape[1]!], dtype: 'float32' }),
    gradient: frozen,
    onnx: () => ({ type: 'MatMulIntegerToFloat', domain: 'com.microsoft' }),
  },
});
