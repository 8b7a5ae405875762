import { type Family, family, type Takes } from '../graph/family.ts';
import { elementCount, shapeText } from '../graph/shape.ts';
import { node, part, type Value } from '../graph/value.ts';
import { add, log, mul, neg, sub } from './elementwise.ts';
import { gatherElements } from './index-elements.ts';
import { gatherRows, scatterAddRows } from './index-rows.ts';
import { reshape } from './layout.ts';
import { matmul } from './matmul.ts';
import { requireFloating, requireIndex, requireSame } from './operand.ts';
import { reduceMax } from './reduce.ts';
import { softmax } from './softmax.ts';
import { canLabel, softmaxCrossEntropyOp } from './softmax-cross-entropy.ts';

/**
 * Cross-entropy of the logits x·Wᵀ, for hidden states x `[rows, width]` and a head W `[classes, width]`, with labels
 * `[rows, 1]`: `loss` `[rows, 1]`, and `lead` `[rows, 1]`, the label's logit less the largest one, which is 0
 * exactly when the label is the most likely class. `lead` carries no gradient.
 *
 * Knowing that the logits come out of a product spares the gradient two passes over an array of their size: rows are
 * scaled, and labels taken off, on the narrow side of the products that follow.
 */
export function linearCrossEntropy(
  hidden: Value,
  head: Value,
  labels: Value,
): { readonly loss: Value; readonly lead: Value } {
  const loss = node(linearCrossEntropyOps.LinearCrossEntropy, [hidden, head, labels]);
  return { loss, lead: part(loss, 1) };
}

const last = { axes: [-1], keepDims: true } as const;

export type LinearCrossEntropyOps = { LinearCrossEntropy: Takes<3> };

export const linearCrossEntropyOps: Family<LinearCrossEntropyOps> = family<LinearCrossEntropyOps>({
  LinearCrossEntropy: {
    summary:
      'p = softmax z, z = x·Wᵀ;  loss = max z − z_label − ln max p;  dx = dy·(p·W − W_label);  dW = pᵀ·(dy·x) − [label]ᵀ·(dy·x). Also gives z_label − max z.',
    types: ([hidden, head, labels]) => {
      requireFloating(hidden);
      requireSame(hidden, head);
      requireIndex(labels);
      const [rows, width] = hidden.shape;
      const [classes, inner] = head.shape;
      if (hidden.shape.length !== 2 || head.shape.length !== 2 || width !== inner)
        throw new Error(
          `a head ${shapeText(head.shape)} does not fit hidden states ${shapeText(hidden.shape)}.`,
        );
      if (labels.shape.join() !== `${rows},1`)
        throw new Error(`${shapeText(labels.shape)} does not label ${shapeText(hidden.shape)}.`);
      const { dtype } = hidden;
      const column = { shape: [rows!, 1], dtype };
      // The shares are an output so that the gradient can use them again.
      return [column, column, { shape: [rows!, classes!], dtype }];
    },
    gradient: ({ dy, dys, y, inputs: [hidden, head, labels] }) => {
      if (dys.slice(1).some((other) => other !== undefined))
        throw new Error('Only the loss of LinearCrossEntropy has a gradient.');
      const shares = part(y, 2);
      const places = reshape(labels, [elementCount(labels.shape)]);
      // The loss is read only so that it is computed before this chunk's logits and shares would otherwise be let go:
      // left to the end of the run, it would keep those of every chunk until then.
      const slope = add(dy, mul(part(y, 0), 0));
      const scaled = mul(hidden, slope);
      return [
        mul(slope, sub(matmul(shares, head), gatherRows(head, places))),
        scatterAddRows(matmul(shares, scaled, { transA: true }), places, neg(scaled)),
        undefined,
      ];
    },
    lower: (_, [hidden, head, labels], _device, { products }) => {
      const logits = matmul(hidden, head, { transB: true });
      if (products !== undefined && canLabel(logits, labels)) {
        const { threads } = products;
        const loss = node(softmaxCrossEntropyOp, [logits, labels], { threads });
        return [loss, part(loss, 1), part(loss, 2)];
      }
      const shares = softmax(logits);
      const lead = sub(gatherElements(logits, labels), reduceMax(logits, last));
      // The largest share is never so small that it vanishes, as a label's may be.
      return [neg(add(lead, log(reduceMax(shares, last)))), lead, shares];
    },
  },
});
