import type { Op } from '../graph/value.ts';
import { activationOps } from './activation.ts';
import { blockOps } from './block.ts';
import { byteProductOps } from './byte-products.ts';
import { comparisonOps } from './comparison.ts';
import { crossEntropyOps } from './cross-entropy.ts';
import { elementwiseOps } from './elementwise.ts';
import { fillOps } from './fill.ts';
import { indexElementsOps } from './index-elements.ts';
import { indexRowsOps } from './index-rows.ts';
import { layoutOps } from './layout.ts';
import { linearCrossEntropyOps } from './linear-cross-entropy.ts';
import { matmulOps } from './matmul.ts';
import { normOps } from './norm.ts';
import { quantizedOps } from './quantized.ts';
import { reduceOps } from './reduce.ts';
import { ropeOps } from './rope.ts';
import { softmaxOps } from './softmax.ts';

/** Every operator, by the file that holds it. For documents and tests only: builders never look here. */
export const families = {
  elementwise: elementwiseOps,
  activation: activationOps,
  comparison: comparisonOps,
  reduce: reduceOps,
  layout: layoutOps,
  fill: fillOps,
  'index-rows': indexRowsOps,
  'index-elements': indexElementsOps,
  matmul: matmulOps,
  quantized: quantizedOps,
  'byte-products': byteProductOps,
  softmax: softmaxOps,
  'cross-entropy': crossEntropyOps,
  'linear-cross-entropy': linearCrossEntropyOps,
  norm: normOps,
  rope: ropeOps,
  block: blockOps,
} as const satisfies Readonly<Record<string, Readonly<Record<string, Op>>>>;
