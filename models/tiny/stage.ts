import { rm } from 'node:fs/promises';
import path from 'node:path';
import { exists } from '@lathe/engine/checkpoint/model-folder';
import type { StepMetrics, Trainer } from '@lathe/engine/train/trainer';
import type { Progress } from './progress.ts';

/** How a stage of training keeps what it has done. */
export interface StageOptions {
  /** Where the state lies while the stage runs. */
  readonly stateFolder: string;
  /** Where the trained model goes. */
  readonly out: string;
  /** Steps between two states on disk. */
  readonly saveEvery: number;
  readonly progress: Progress;
}

/**
 * Runs a trainer from where it stands on disk to its end and writes the model. Ended at any time and started
 * again, it goes on from the last saved state and reaches the same weights.
 *
 * @returns the metrics of the last step, or undefined when the stored state was already at the end
 */
export async function runStage(
  trainer: Trainer,
  { stateFolder, out, saveEvery, progress }: StageOptions,
): Promise<StepMetrics | undefined> {
  const state = path.join(stateFolder, 'state');
  if (await exists(state)) await trainer.restoreState(state);
  let last: StepMetrics | undefined;
  while (trainer.step < trainer.totalSteps) {
    last = await trainer.trainStep();
    progress.step(last, trainer.totalSteps);
    if (trainer.step % saveEvery === 0) await trainer.saveState(state);
  }
  await trainer.exportMerged(out);
  await rm(state, { recursive: true, force: true });
  return last;
}
