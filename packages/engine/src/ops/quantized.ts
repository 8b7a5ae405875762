import { type Family, family, type Takes } from '../graph/family.ts';
import { sameShape, shapeText } from '../graph/shape.ts';
import { constant, node, type Value, type ValueType } from '../graph/value.ts';
import { cast, equal } from './comparison.ts';
import { concat, reshape, transpose } from './layout.ts';
import { matmul } from './matmul.ts';
import { requireFloating } from './operand.ts';

/** Numbers of a row that share a scale, and bytes that hold them. */
export const fourBitBlock = { numbers: 32, bytes: 16 } as const;

/** The code that stands for 0. */
export const fourBitZero = 8;

/**
 * x·Ŵᵀ for x `[rows, inputs]`, with Ŵ `[outputs, inputs]` in 4 bits: `codes` uint8 `[outputs, inputs/32, 16]`, the
 * even columns in the low halves of the bytes, and `scales` `[outputs, inputs/32]`; ŵ = (code − 8)·scale.
 */
export function matmulFourBits(x: Value, codes: Value, scales: Value): Value {
  return node(quantizedOps.MatMulNBits, [x, codes, scales]);
}

/** The even or odd columns of Ŵ, `[outputs, inputs/2]`, in float32. */
export function fourBitColumns(codes: Value, scales: Value, which: 'even' | 'odd'): Value {
  return node(quantizedOps.FourBitColumns, [codes, scales], { which });
}

/** By the bits of the bytes. */
function columnsByBits(codes: Value, scales: Value, which: 'even' | 'odd'): Value {
  const halves =
    which === 'even'
      ? node(quantizedOps.LowBits, [codes, constant(15, [1], 'uint8')])
      : node(quantizedOps.HighBits, [codes, constant(4, [1], 'uint8')]);
  const [outputs, blocks] = scales.shape as [number, number];
  const zeros = constant(fourBitZero, [outputs, blocks], 'uint8');
  const flat = reshape(halves, [outputs, blocks * fourBitBlock.bytes]);
  return node(quantizedOps.DequantizeBlocks, [flat, scales, zeros]);
}

/** By a product with the rows of the identity that pick them: for devices that cannot take bytes apart. */
function columnsByProduct(codes: Value, scales: Value, which: 'even' | 'odd'): Value {
  const inputs = (scales.shape[1] as number) * fourBitBlock.numbers;
  const picked = Array.from({ length: inputs / 2 }, (_, at) => 2 * at + (which === 'odd' ? 1 : 0));
  const every = Array.from({ length: inputs }, (_, at) => at);
  const rows = equal(
    constant(picked, [inputs / 2, 1], 'int32'),
    constant(every, [1, inputs], 'int32'),
  );
  return transpose(matmulFourBits(cast(rows, scales.dtype), codes, scales));
}

function bytes([codes, bits]: readonly [Value, Value]): ValueType {
  if (codes.dtype !== 'uint8' || bits.dtype !== 'uint8')
    throw new Error(`needs uint8, not ${codes.dtype}.`);
  return { shape: codes.shape, dtype: 'uint8' };
}

const frozen = { none: 'Quantised weights are frozen.', deliberate: true } as const;

export type QuantizedOps = {
  MatMulNBits: Takes<3>;
  FourBitColumns: Takes<2, { readonly which: 'even' | 'odd' }>;
  LowBits: Takes<2>;
  HighBits: Takes<2>;
  DequantizeBlocks: Takes<3>;
};

export const quantizedOps: Family<QuantizedOps> = family<QuantizedOps>({
  MatMulNBits: {
    summary:
      'y = x·Ŵᵀ, ŵ = (code − 8)·scale of its block of 32;  dx = dy·Ŵ, Ŵ widened for the moment.',
    types: ([x, codes, scales]) => {
      requireFloating(x);
      const [rows, inputs] = x.shape;
      const [outputs, blocks] = scales.shape;
      const fits =
        x.shape.length === 2 &&
        codes.dtype === 'uint8' &&
        sameShape(codes.shape, [outputs!, blocks!, fourBitBlock.bytes]) &&
        inputs === (blocks as number) * fourBitBlock.numbers;
      if (!fits)
        throw new Error(
          `codes ${shapeText(codes.shape)} with scales ${shapeText(scales.shape)} do not fit ${shapeText(x.shape)}.`,
        );
      return { shape: [rows!, outputs!], dtype: x.dtype };
    },
    gradient: ({ dy, inputs: [x, codes, scales] }) => {
      const [rows, inputs] = x.shape as [number, number];
      // Even and odd columns apart, and their products laid one beside the other: half of Ŵ at a time.
      const halves = (['even', 'odd'] as const).map((which) =>
        reshape(matmul(dy, fourBitColumns(codes, scales, which)), [rows, inputs / 2, 1]),
      );
      return [reshape(concat(halves, 2), [rows, inputs]), undefined, undefined];
    },
    onnx: ({ inputs: [x, , scales] }) => ({
      type: 'MatMulNBits',
      domain: 'com.microsoft',
      attributes: {
        K: { int: x.shape[1] as number },
        N: { int: scales.shape[0] as number },
        bits: { int: 4 },
        block_size: { int: fourBitBlock.numbers },
      },
    }),
  },
  FourBitColumns: {
    summary: 'y = the even or the odd columns of Ŵ, ŵ = (code − 8)·scale of its block of 32.',
    types: ([codes, scales]) => {
      if (codes.dtype !== 'uint8') throw new Error(`needs uint8, not ${codes.dtype}.`);
      const [outputs, blocks] = scales.shape as [number, number];
      return { shape: [outputs, blocks * fourBitBlock.bytes], dtype: scales.dtype };
    },
    gradient: frozen,
    lower: ({ attributes: { which } }, [codes, scales], device) =>
      device === 'webgpu'
        ? columnsByProduct(codes, scales, which)
        : columnsByBits(codes, scales, which),
  },
  LowBits: {
    summary: 'y = the bits of x that are set in the mask.',
    types: bytes,
    gradient: frozen,
    onnx: () => ({ type: 'BitwiseAnd' }),
  },
  HighBits: {
    summary: 'y = x shifted to the right by so many bits.',
    types: bytes,
    gradient: frozen,
    onnx: () => ({ type: 'BitShift', attributes: { direction: { text: 'RIGHT' } } }),
  },
  DequantizeBlocks: {
    summary: 'y = (code − zero)·scale, with a scale and a zero for every 16 codes of a row.',
    types: ([codes, scales]) => {
      if (codes.dtype !== 'uint8') throw new Error(`needs uint8, not ${codes.dtype}.`);
      return { shape: codes.shape, dtype: scales.dtype };
    },
    gradient: frozen,
    onnx: () => ({
      type: 'DequantizeLinear',
      attributes: { axis: { int: 1 }, block_size: { int: fourBitBlock.bytes } },
    }),
  },
});
