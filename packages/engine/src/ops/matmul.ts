import { type Family, family, type Takes } from '../graph/family.ts';
import { broadcastShapes, type Shape, shapeText } from '../graph/shape.ts';
import { node, type Value } from '../graph/value.ts';
import { isStored } from './comparison.ts';
import { mul } from './elementwise.ts';
import { reshape, transpose } from './layout.ts';
import { requireFloating, requireSame } from './operand.ts';
import { canMultiply, product } from './product.ts';

/** Transposes swap the last two axes before multiplying; alpha scales the product. */
export type MatMulOptions = {
  readonly transA?: boolean;
  readonly transB?: boolean;
  readonly alpha?: number;
};

/** α·A·B over the last two axes, `[…, m, k]` times `[…, k, n]`; the axes before them broadcast. */
export function matmul(a: Value, b: Value, options: MatMulOptions = {}): Value {
  const { transA = false, transB = false, alpha = 1 } = options;
  return node(matmulOps.MatMul, [a, b], { transA, transB, alpha });
}

export type MatMulAttributes = {
  readonly transA: boolean;
  readonly transB: boolean;
  readonly alpha: number;
};

function swapped(shape: Shape, swap: boolean): Shape {
  return swap ? [...shape.slice(0, -2), shape.at(-1)!, shape.at(-2)!] : shape;
}

function flip(x: Value): Value {
  const rank = x.shape.length;
  return transpose(x, [...Array(rank - 2).keys(), rank - 1, rank - 2]);
}

/** ONNX Runtime's product with a transposed left side transposes it again for every so many columns of the right one. */
const columnsAtATime = 128;

/**
 * aᵀ·b with the narrower side transposed once by a node of its own: as it is, or as (bᵀ·a)ᵀ. Undefined where b is so
 * narrow that the runtime's own way costs no more.
 */
function transposedOnce(a: Value, b: Value): Value | undefined {
  const [columns, others] = [a.shape[1], b.shape[1]];
  if (typeof columns !== 'number' || typeof others !== 'number') return undefined;
  if (columns <= others) return matmul(flip(a), b);
  return others > columnsAtATime ? flip(matmul(flip(b), a)) : undefined;
}

export type MatmulOps = { MatMul: Takes<2, MatMulAttributes> };

export const matmulOps: Family<MatmulOps> = family<MatmulOps>({
  MatMul: {
    summary: 'Y = α·A·B, each side transposed on request;  dA = α·dY·Bᵀ;  dB = α·Aᵀ·dY.',
    types: ([a, b], { transA, transB }) => {
      requireFloating(a);
      requireSame(a, b);
      if (a.shape.length < 2 || b.shape.length < 2) {
        throw new Error(`${shapeText(a.shape)} times ${shapeText(b.shape)}: both need two axes.`);
      }
      const left = swapped(a.shape, transA);
      const right = swapped(b.shape, transB);
      if (left.at(-1) !== right.at(-2)) {
        throw new Error(
          `inner sizes ${left.at(-1)} and ${right.at(-2)} differ in ${shapeText(left)} times ${shapeText(right)}.`,
        );
      }
      const batch = broadcastShapes(left.slice(0, -2), right.slice(0, -2));
      return { shape: [...batch, left.at(-2)!, right.at(-1)!], dtype: a.dtype };
    },
    gradient: ({ dy, inputs: [a, b], attributes: { transA, transB, alpha } }) => {
      const da = transA
        ? matmul(b, dy, { transA: transB, transB: true, alpha })
        : matmul(dy, b, { transB: !transB, alpha });
      // Rows of all batches share one matrix: one flat product instead of a batch of products to be summed.
      const flat = b.shape.length === 2 && a.shape.length > 2 && !transA;
      const rows = flat ? reshape(a, [-1, a.shape.at(-1)!]) : a;
      const drows = flat ? reshape(dy, [-1, dy.shape.at(-1)!]) : dy;
      const db = transB
        ? matmul(drows, rows, { transA: true, transB: transA, alpha })
        : matmul(rows, drows, { transA: !transA, alpha });
      return [da, db];
    },
    lower: (
      { inputs, attributes: { transA, transB, alpha } },
      [a, b],
      device,
      { isBackward, products, paddedSides },
    ) => {
      if (products !== undefined && canMultiply(a, b, transA)) {
        const { threads, leavesStored } = products;
        // ONNX Runtime keeps nothing of such a weight but what it laid out; our kernels would hold a copy beside it, or pack it in each run.
        if (!(leavesStored && isStored(b)))
          return product(a, b, { transA, transB, alpha, threads });
      }
      const padded = transA ? undefined : paddedSides?.(a, b, transB);
      if (padded !== undefined) return matmul(...padded, { transB, alpha });
      const flat = a.shape.length === 2 && b.shape.length === 2;
      const isPlain = !transB && alpha === 1;
      // Something transposed of forward values alone would be made in the forward pass, and stay until it is used.
      if (device === 'cpu' && flat && transA && isPlain && isBackward(inputs[0]))
        return transposedOnce(a, b);
      if (device !== 'webgpu' || flat || (!transA && !transB && alpha === 1)) return undefined;
      const turned = matmul(transA ? flip(a) : a, transB ? flip(b) : b);
      return alpha === 1 ? turned : mul(turned, alpha);
    },
    onnx: ({ inputs: [a, b], attributes: { transA, transB, alpha } }) => {
      const attributes = {
        alpha: { float: alpha },
        transA: { int: transA ? 1 : 0 },
        transB: { int: transB ? 1 : 0 },
      };
      if (!transA && !transB && alpha === 1) return { type: 'MatMul' };
      if (a.shape.length === 2 && b.shape.length === 2) return { type: 'Gemm', attributes };
      return { type: 'FusedMatMul', domain: 'com.microsoft', attributes };
    },
  },
});
