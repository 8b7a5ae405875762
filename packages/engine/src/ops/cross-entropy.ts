import { type Family, family, type Takes } from '../graph/family.ts';
import { shapeText } from '../graph/shape.ts';
import { node, part, type Value } from '../graph/value.ts';
import { div, exp, log, mul, sub } from './elementwise.ts';
import { gatherElements, scatterAddElements } from './index-elements.ts';
import { requireFloating, requireIndex } from './operand.ts';
import { reduceMax, reduceSum } from './reduce.ts';

/**
 * Cross-entropy of each row of logits `[rows, vocabulary]` with its label `[rows, 1]`: `loss` `[rows, 1]`,
 * and `lead` `[rows, 1]`, the label's logit less the largest one, which is 0 exactly when the label is
 * the most likely token. `lead` carries no gradient.
 */
export function crossEntropy(
  logits: Value,
  labels: Value,
): { readonly loss: Value; readonly lead: Value } {
  const loss = node(crossEntropyOps.CrossEntropy, [logits, labels]);
  return { loss, lead: part(loss, 1) };
}

const last = { axes: [-1], keepDims: true } as const;

type CrossEntropyOps = { CrossEntropy: Takes<2> };

export const crossEntropyOps: Family<CrossEntropyOps> = family<CrossEntropyOps>({
  CrossEntropy: {
    summary:
      'loss = ln Σ e^(x−m) − (x_label − m), m = max x;  dx = dy·(e^(x−m)/Σ e^(x−m) − [label]). Also gives x_label − m.',
    types: ([logits, labels]) => {
      requireFloating(logits);
      requireIndex(labels);
      const [rows, vocabulary] = logits.shape;
      if (logits.shape.length !== 2 || labels.shape.join() !== `${rows},1`)
        throw new Error(`${shapeText(labels.shape)} does not label ${shapeText(logits.shape)}.`);
      const { dtype } = logits;
      const column = { shape: [rows!, 1], dtype };
      // The exponentials and their sums are outputs so that the gradient can use them again.
      return [column, column, { shape: [rows!, vocabulary!], dtype }, column];
    },
    gradient: ({ dy, dys, y, inputs: [, labels] }) => {
      if (dys.slice(1).some((other) => other !== undefined))
        throw new Error('Only the loss of CrossEntropy has a gradient.');
      const shares = mul(part(y, 2), div(dy, part(y, 3)));
      // `lead` is read only so that it is computed before this chunk's logits would otherwise be let go:
      // left to the end of the run, it would keep the logits of every chunk until then.
      const slope = sub(mul(part(y, 1), 0), dy);
      return [scatterAddElements(shares, labels, slope), undefined];
    },
    lower: (_, [logits, labels]) => {
      const shifted = sub(logits, reduceMax(logits, last));
      const lead = gatherElements(shifted, labels);
      const exponentials = exp(shifted);
      const sums = reduceSum(exponentials, last);
      return [sub(log(sums), lead), lead, exponentials, sums];
    },
  },
});
