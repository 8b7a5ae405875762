import { rm } from 'node:fs/promises';
import path from 'node:path';
import { exists } from '@lathe/engine/json-file';
import type { Trainer } from '@lathe/engine/trainer';
import type { Score } from './model-card.ts';
import type { Progress } from './progress.ts';

/** How a stage of training keeps what it has done. */
export interface StageOptions<Example> {
  /** Where the state lies while the stage runs. */
  readonly stateFolder: string;
  /** Where the trained model goes. */
  readonly out: string;
  /** Steps between two states on disk. */
  readonly saveEvery: number;
  readonly progress: Progress;
  /** Examples that are never trained on. */
  readonly heldOut: readonly Example[];
}

/**
 * Runs a trainer from where it stands on disk to its end and writes the model. Ended at any time and started
 * again, it goes on from the last saved state and reaches the same weights. The trainer is done with afterwards.
 *
 * @returns the parameters that were trained, and how well the finished model predicts the held-out examples
 */
export async function runStage<Example>(
  trainer: Trainer<Example>,
  { stateFolder, out, saveEvery, progress, heldOut }: StageOptions<Example>,
): Promise<{ readonly parameters: number; readonly score: Score }> {
  const state = path.join(stateFolder, 'state');
  if (await exists(state)) await trainer.restoreState(state);
  while (trainer.step < trainer.totalSteps) {
    progress.step(await trainer.trainStep(), trainer.totalSteps);
    if (trainer.step % saveEvery === 0) await trainer.saveState(state);
  }
  await trainer.exportMerged(out);
  await rm(state, { recursive: true, force: true });
  const { loss, tokenAccuracy } = await trainer.evaluate(heldOut);
  const parameters = trainer.trainableParameters;
  await trainer.dispose();
  return { parameters, score: { loss, tokenAccuracy } };
}
