import type { LinearPlan } from '../families/decoder-tensors.ts';
import { modelLinears } from '../families/model-config.ts';
import type { Value } from '../graph/value.ts';
import { add } from '../ops/elementwise.ts';
import { concat, reshape } from '../ops/layout.ts';
import { fourBitBlock, fourBitColumns, fourBitZero, matmulFourBits } from '../ops/quantized.ts';
import type { AdaptTarget, FixedTensor } from './adaptation.ts';
import { readLinear } from './base-weight.ts';
import type { QuantizedBase } from './quantized-base.ts';

/** A matrix `[outputs, inputs]` as `matmulFourBits` takes it. */
export type FourBitMatrix = { readonly codes: Uint8Array; readonly scales: Float32Array };

/**
 * Reads every linear layer inside the blocks and keeps it in 4 bits, one layer at a time. A layer whose
 * inputs are no multiple of 32 stays as it is, and so do embeddings, norms, biases and the head.
 */
export async function fourBitBase({ model, shapesOnly }: AdaptTarget): Promise<QuantizedBase> {
  const linears = modelLinears(model.config).filter(
    ({ inputs }) => inputs % fourBitBlock.numbers === 0,
  );
  const fixed: FixedTensor[] = [];
  for (const linear of linears) {
    const matrix = shapesOnly ? nothing : quantizeFourBits(await readLinear(model, linear), linear);
    fixed.push(...fixedTensors(linear, matrix));
  }
  const modules = new Map(linears.map((linear) => [linear.module, linear]));
  return {
    fixed,
    linear(module, stored, tensor) {
      const plan = modules.get(module);
      if (plan === undefined) return undefined;
      const codes = tensor(codesName(module));
      const scales = tensor(scalesName(module));
      const product = (x: Value): Value => matmulFourBits(x, codes, scales);
      const { bias } = stored;
      return {
        product,
        bias,
        whole: (x) => (bias === undefined ? product(x) : add(product(x), bias)),
        weight: () => widened(codes, scales, plan),
      };
    },
  };
}

const nothing: FourBitMatrix = { codes: new Uint8Array(), scales: new Float32Array() };

/**
 * Codes and scales of a matrix, row by row in blocks of 32: the number of the largest size becomes code 0, which
 * stands for −8, so scale = −(that number)/8; every other becomes the nearest of the 16 steps.
 */
export function quantizeFourBits(
  weight: Float32Array,
  { inputs, outputs }: Pick<LinearPlan, 'inputs' | 'outputs'>,
): FourBitMatrix {
  const { numbers, bytes } = fourBitBlock;
  const blocks = (inputs / numbers) * outputs;
  const codes = new Uint8Array(blocks * bytes);
  const scales = new Float32Array(blocks);
  for (let block = 0; block < blocks; block++) {
    const from = block * numbers;
    let largest = 0;
    for (let at = from; at < from + numbers; at++) {
      const x = weight[at] as number;
      if (Math.abs(x) > Math.abs(largest)) largest = x;
    }
    const scale = Math.fround(largest / -fourBitZero);
    scales[block] = scale;
    const code = (at: number): number =>
      scale === 0
        ? fourBitZero
        : Math.min(15, Math.max(0, Math.round((weight[at] as number) / scale) + fourBitZero));
    for (let pair = 0; pair < bytes; pair++)
      codes[block * bytes + pair] = code(from + 2 * pair) | (code(from + 2 * pair + 1) << 4);
  }
  return { codes, scales };
}

/** What the codes stand for, as `[outputs, inputs]`. */
export function dequantizeFourBits({ codes, scales }: FourBitMatrix): Float32Array {
  const { numbers, bytes } = fourBitBlock;
  const weight = new Float32Array(scales.length * numbers);
  for (let at = 0; at < codes.length; at++) {
    const byte = codes[at] as number;
    const scale = scales[Math.floor(at / bytes)] as number;
    weight[2 * at] = ((byte & 15) - fourBitZero) * scale;
    weight[2 * at + 1] = ((byte >> 4) - fourBitZero) * scale;
  }
  return weight;
}

function fixedTensors(
  { module, inputs, outputs }: LinearPlan,
  { codes, scales }: FourBitMatrix,
): FixedTensor[] {
  const blocks = inputs / fourBitBlock.numbers;
  return [
    {
      name: codesName(module),
      shape: [outputs, blocks, fourBitBlock.bytes],
      data: codes,
      dtype: 'uint8',
    },
    { name: scalesName(module), shape: [outputs, blocks], data: scales },
  ];
}

/** The whole matrix in float32. */
function widened(codes: Value, scales: Value, { inputs, outputs }: LinearPlan): Value {
  const columns = (['even', 'odd'] as const).map((which) =>
    reshape(fourBitColumns(codes, scales, which), [outputs, inputs / 2, 1]),
  );
  return reshape(concat(columns, 2), [outputs, inputs]);
}

function codesName(module: string): string {
  return `${module}.codes`;
}

function scalesName(module: string): string {
  return `${module}.scales`;
}
