/**
 * A small training run in a process of its own, for tests that kill it:
 *
 *     node resumable-run.fixture.ts <folder> [<steps> <milliseconds>]
 *
 * Keeps its state in `<folder>/state-<step>` after every step and goes on from the newest state that is there; at the
 * end it prints the number of steps. Given `steps`, it kills itself so long after it has trained that many steps.
 */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { resolveRecipe } from '@lathe/recipe/recipe';
import { causalLm } from '../objectives/causal-lm.ts';
import { readReference } from '../parity/reference.ts';
import { createTrainer } from './trainer.ts';

/** The newest step that `folder` holds a state of; 0 when it holds none. */
export async function newestState(folder: string): Promise<number> {
  const steps = (await readdir(folder)).map((name) => Number(/^state-(\d+)$/.exec(name)?.[1] ?? 0));
  return Math.max(0, ...steps);
}

async function main(folder: string, steps?: number, milliseconds?: number): Promise<void> {
  const { model, examples } = await readReference('tied');
  const trainer = await createTrainer({
    model,
    examples,
    objective: causalLm,
    settings: resolveRecipe({
      adaptation: { type: 'lora', rank: 4, dropout: 0.2 },
      epochs: 8,
      batchSize: 3,
      microBatchTokens: 32,
      embeddingNoise: 5,
    }),
  });
  const newest = await newestState(folder);
  if (newest > 0) await trainer.restoreState(join(folder, `state-${newest}`));
  let left = steps ?? Number.POSITIVE_INFINITY;
  while (trainer.step < trainer.totalSteps && left > -2) {
    await trainer.trainStep();
    left--;
    // SIGKILL runs no handler and flushes nothing: the process ends wherever it is, perhaps in saveState.
    if (left === 0) setTimeout(() => process.kill(process.pid, 'SIGKILL'), milliseconds);
    const { step } = trainer;
    await trainer.saveState(join(folder, `state-${step}`));
    await rm(join(folder, `state-${step - 1}`), { recursive: true, force: true });
  }
  if (left <= 0) return;
  await trainer.dispose();
  console.log(trainer.totalSteps);
}

if (import.meta.main) {
  const [folder = '.', ...numbers] = process.argv.slice(2);
  await main(folder, ...numbers.map(Number));
}
