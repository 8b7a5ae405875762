import type { Device } from '../runtime/device.ts';
import { createTrainer, type TrainerOptions } from '../train/trainer.ts';

/**
 * Trains the same run on a device and on the CPU, and answers the largest relative differences of loss and
 * gradient norm over the first steps, both in float32.
 */
export async function deviceDistance<Example>(
  run: TrainerOptions<Example>,
  device: Device,
  steps: number,
): Promise<Record<'loss' | 'gradientNorm', number>> {
  const settings = { ...run.settings, precision: 'float32' as const };
  const here = await createTrainer({ ...run, settings, device });
  const onCpu = await createTrainer({ ...run, settings });
  try {
    const distance = { loss: 0, gradientNorm: 0 };
    for (let step = 0; step < Math.min(steps, onCpu.totalSteps); step++) {
      const found = await here.trainStep();
      const wanted = await onCpu.trainStep();
      for (const key of ['loss', 'gradientNorm'] as const)
        distance[key] = Math.max(
          distance[key],
          Math.abs(found[key] - wanted[key]) / Math.abs(wanted[key]),
        );
    }
    return distance;
  } finally {
    await here.dispose();
    await onCpu.dispose();
  }
}
