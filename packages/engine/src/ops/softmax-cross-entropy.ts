import type { Op, Value } from '../graph/value.ts';
import { type KernelAttributes, kernelForm, refusedInputs } from './kernel-form.ts';

type SoftmaxCrossEntropy = Op<KernelAttributes, readonly [logits: Value, labels: Value]>;

/**
 * The cross-entropy of logits `[rows, classes]` with labels `[rows, 1]` as kernels of our own compute it (`packages/kernels`): the loss
 * and the lead, `[rows, 1]` each, and the shares, which take the place of the logits in memory. It is a form of
 * LinearCrossEntropy, whose gradient is built from the shares, so it needs none.
 */
export const softmaxCrossEntropyOp: SoftmaxCrossEntropy = {
  name: 'SoftmaxCrossEntropy',
  summary: 'p = softmax z, lead = z_label − max z, loss = ln Σ e^(z − max z) − lead.',
  types: ([logits, labels]) => {
    if (!canLabel(logits, labels)) throw refusedInputs([logits, labels]);
    const column = { shape: labels.shape, dtype: logits.dtype };
    return [column, column, { shape: logits.shape, dtype: logits.dtype }];
  },
  gradient: { none: 'Gradients are built before it is.' },
  onnx: ({ attributes }) => kernelForm('SoftmaxCrossEntropy', attributes),
};

/** Whether the kernels take these: rows of float32 with one label of int32 each. */
export function canLabel(logits: Value, labels: Value): boolean {
  const [rows] = logits.shape;
  return (
    logits.dtype === 'float32' &&
    labels.dtype === 'int32' &&
    logits.shape.length === 2 &&
    labels.shape.join() === `${rows},1`
  );
}
