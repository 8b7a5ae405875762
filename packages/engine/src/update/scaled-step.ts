import type { Tensor } from '../graph/tensor.ts';
import { lossScaleName } from '../trained/adapted-forward.ts';
import type { LossScale } from './loss-scale.ts';
import type { StepInput, StepRunner, StepSums } from './step.ts';

/**
 * Runs a step on the scaled loss. Gradients that overflow change nothing: the same step is run again with half the
 * scale, so that no example is lost and the step that counts is the one that float32 would have made. When the scale
 * is 1, or the loss itself is not finite, the sums come back as they are.
 */
export async function scaledStep(
  runner: Pick<StepRunner, 'run'>,
  scale: LossScale | undefined,
  input: StepInput,
): Promise<StepSums & { readonly lossScale: number }> {
  if (scale === undefined) return { ...(await runner.run(input)), lossScale: 1 };
  for (;;) {
    const { value } = scale;
    // Graphs sum losses where the scale is meant for their mean: without its own power of two, to stay exact.
    const onSum = value / 2 ** Math.ceil(Math.log2(input.weight));
    const data = Float32Array.of(onSum);
    const factor: Tensor = { data, shape: [], dtype: 'float32' };
    const sums = await runner.run({
      ...input,
      // Norm and update divide by the weight of a step, and so by the scale.
      weight: input.weight * onSum,
      microBatches: input.microBatches.map((batch) => ({ ...batch, [lossScaleName]: factor })),
    });
    const overflows = Number.isFinite(sums.loss) && !Number.isFinite(sums.gradientNorm);
    if (!overflows) scale.succeeded();
    if (!overflows || !scale.overflowed()) return { ...sums, lossScale: value };
  }
}
