import { type Family, family, type Takes } from '../graph/family.ts';
import { type Shape, sameShape, shapeText } from '../graph/shape.ts';
import { node, type Value } from '../graph/value.ts';
import { add, mul, neg, sub } from './elementwise.ts';
import { concat, reshape, slice } from './layout.ts';
import { requireFloating, requireSame } from './operand.ts';
import { expand } from './reduce.ts';

/**
 * Rotary embedding in the half layout (as in Llama): with x = [x₁, x₂] along the last axis,
 * y = [x₁·cos − x₂·sin, x₂·cos + x₁·sin]. x is `[rows, heads, tokens, size]`; cos and sin are
 * `[rows, tokens, size/2]`, `[rows·tokens, size/2]`, or `[tokens, size/2]` for all rows alike.
 */
export function rope(x: Value, cos: Value, sin: Value): Value {
  const shaped = x.shape.length === 4 ? perRow(x, cos) : cos;
  return node(ropeOps.Rope, [x, shaped, x.shape.length === 4 ? perRow(x, sin) : sin]);
}

/** cos or sin as `[rows, tokens, size/2]`. */
function perRow(x: Value, table: Value): Value {
  const [rows, , tokens] = x.shape as readonly [Shape[number], Shape[number], Shape[number]];
  const half = table.shape.at(-1)!;
  if (table.shape.length !== 2) return table;
  if (rows !== 1 && table.shape[0] === tokens) {
    return expand(reshape(table, [1, tokens, half]), [rows, tokens, half]);
  }
  const fits =
    table.shape[0] === tokens ||
    (typeof rows === 'number' && typeof tokens === 'number' && table.shape[0] === rows * tokens);
  return fits ? reshape(table, [rows, tokens, half]) : table;
}

export type RopeOps = { Rope: Takes<3> };

export const ropeOps: Family<RopeOps> = family<RopeOps>({
  Rope: {
    summary:
      'y = [x₁·cos − x₂·sin, x₂·cos + x₁·sin] for the halves of the last axis;  dx = the same of dy with −sin.',
    types: ([x, cos, sin]) => {
      requireFloating(x);
      requireSame(x, cos);
      requireSame(x, sin);
      const [rows, , tokens, size] = x.shape;
      const half = typeof size === 'number' ? size / 2 : 0;
      const table = [rows!, tokens!, half];
      if (x.shape.length !== 4 || !Number.isInteger(half) || half === 0) {
        throw new Error(`needs [rows, heads, tokens, even size], not ${shapeText(x.shape)}.`);
      }
      if (!sameShape(cos.shape, table) || !sameShape(sin.shape, table)) {
        throw new Error(
          `cos ${shapeText(cos.shape)} and sin ${shapeText(sin.shape)} do not fit ${shapeText(x.shape)}.`,
        );
      }
      return x;
    },
    gradient: ({ dy, inputs: [, cos, sin] }) => [rope(dy, cos, neg(sin)), undefined, undefined],
    lower: ({ dtype }, [x, cos, sin]) => {
      if (dtype === 'float32') return undefined;
      const [rows, , tokens, size] = x.shape as readonly [string | number, number, number, number];
      const half = size / 2;
      const c = reshape(cos, [rows, 1, tokens, half]);
      const s = reshape(sin, [rows, 1, tokens, half]);
      const first = slice(x, { axis: 3, start: 0, end: half });
      const second = slice(x, { axis: 3, start: half, end: size });
      return concat([sub(mul(first, c), mul(second, s)), add(mul(second, c), mul(first, s))], 3);
    },
    // The operator of opset 23 takes cos and sin by row; the older one of com.microsoft wants positions.
    onnx: () => ({ type: 'RotaryEmbedding', since: 23 }),
  },
});
