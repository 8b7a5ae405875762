import type { LinearPlan } from '../families/decoder-tensors.ts';
import { modelLinears } from '../families/model-config.ts';
import type { Value } from '../graph/value.ts';
import { type ByteMatrix, type ByteRows, byteProduct, byteRows } from '../ops/byte-products.ts';
import { cast } from '../ops/comparison.ts';
import { add, mul } from '../ops/elementwise.ts';
import { reshape } from '../ops/layout.ts';
import type { AdaptTarget, FixedTensor } from './adaptation.ts';
import { readLinear, turned } from './base-weight.ts';
import { mixBlocks, mixedBlocks } from './mixed-blocks.ts';
import type { QuantizedBase } from './quantized-base.ts';

/** A matrix `[outputs, inputs]` as codes of the same shape, and a scale for each row. */
export type EightBitMatrix = { readonly codes: Int8Array; readonly scales: Float32Array };

const largestCode = 127;

/**
 * Reads every linear layer inside the blocks and keeps it in 8 bits, one layer at a time, both ways round: the runtime
 * multiplies bytes only as they lie, and the backward pass reads the other side. Embeddings, norms, biases and the head stay.
 */
export async function eightBitBase({ model, shapesOnly }: AdaptTarget): Promise<QuantizedBase> {
  const linears = modelLinears(model.config);
  const fixed: FixedTensor[] = [];
  for (const linear of linears) {
    const matrix = shapesOnly ? nothing : roundedLayer(await readLinear(model, linear), linear);
    fixed.push(...fixedTensors(linear, matrix));
  }
  const modules = new Set(linears.map(({ module }) => module));
  /** What several layers read is rounded once. */
  const rounded = new WeakMap<Value, ByteRows>();
  const bytesOf = (x: Value): ByteRows => {
    const rows = rounded.get(x) ?? byteRows(mixedBlocks(x));
    rounded.set(x, rows);
    return rows;
  };
  return {
    fixed,
    linear(module, stored, tensor) {
      if (!modules.has(module)) return undefined;
      const matrix: ByteMatrix = {
        codes: tensor(`${module}.codes`),
        turned: tensor(`${module}.turned`),
        scales: tensor(`${module}.scales`),
      };
      const product = (x: Value): Value => byteProduct(bytesOf(x), matrix);
      const { bias } = stored;
      return {
        product,
        bias,
        whole: (x) => (bias === undefined ? product(x) : add(product(x), bias)),
        weight: () => widened(matrix),
      };
    },
  };
}

const nothing: EightBitMatrix = { codes: new Int8Array(), scales: new Float32Array() };

/** Codes and scales of a matrix `[outputs, inputs]`: the number of the largest size in a row becomes ±127. */
export function quantizeRows(
  weight: Float32Array,
  { inputs, outputs }: Pick<LinearPlan, 'inputs' | 'outputs'>,
): EightBitMatrix {
  const codes = new Int8Array(weight.length);
  const scales = new Float32Array(outputs);
  for (let row = 0; row < outputs; row++) {
    const from = row * inputs;
    let largest = 0;
    for (let at = from; at < from + inputs; at++)
      largest = Math.max(largest, Math.abs(weight[at] as number));
    const scale = Math.fround(largest / largestCode);
    scales[row] = scale;
    if (scale === 0) continue;
    for (let at = from; at < from + inputs; at++)
      codes[at] = Math.max(-largestCode, Math.min(largestCode, Math.round(weight[at]! / scale)));
  }
  return { codes, scales };
}

/** A layer as it is kept: with mixed blocks, as what goes into it is. */
export function roundedLayer(
  weight: Float32Array,
  plan: Pick<LinearPlan, 'inputs' | 'outputs'>,
): EightBitMatrix {
  return quantizeRows(mixBlocks(weight, plan.inputs), plan);
}

/** What is left of a layer that is kept so. */
export function widenedLayer(matrix: EightBitMatrix): Float32Array {
  return mixBlocks(dequantizeRows(matrix), matrix.codes.length / matrix.scales.length);
}

/** What the codes stand for, as `[outputs, inputs]`. */
export function dequantizeRows({ codes, scales }: EightBitMatrix): Float32Array {
  const inputs = codes.length / scales.length;
  return Float32Array.from(codes, (code, at) => code * (scales[Math.floor(at / inputs)] as number));
}

function fixedTensors(
  { module, inputs, outputs }: LinearPlan,
  { codes, scales }: EightBitMatrix,
): FixedTensor[] {
  const across = codes.length === 0 ? codes : turned(codes, inputs);
  return [
    { name: `${module}.codes`, shape: [inputs, outputs], data: across, dtype: 'int8' },
    { name: `${module}.turned`, shape: [outputs, inputs], data: codes, dtype: 'int8' },
    { name: `${module}.scales`, shape: [outputs], data: scales },
  ];
}

/** The whole matrix in float32. */
function widened({ turned: codes, scales }: ByteMatrix): Value {
  return mixedBlocks(mul(cast(codes, 'float32'), reshape(scales, [-1, 1])));
}
