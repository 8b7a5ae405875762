import { join } from 'node:path';
import { resolveRecipe } from '@lathe/recipe/recipe';
import { whenThereIsRoom } from './disk-patience.ts';
import {
  type EngineTask,
  engineStateFolder,
  type FromEngine,
  type Score,
  type Step,
} from './engine-message.ts';
import { modelKind } from './model-kind.ts';
import { watchHeldOut } from './watch-held-out.ts';

/** Most steps told in one message, however fast they are. */
const mostStepsTold = 250;

/** The part of the engine's trainer that the loop needs. */
export type LoopTrainer = {
  readonly totalSteps: number;
  /** Steps done. */
  readonly step: number;
  readonly trainableParameters: number;
  /** Takes one optimizer step. */
  trainStep(): Promise<Step>;
  /** Scores the held-out rows. Throws when the loss is not a finite number. */
  scoreHeldOut(): Promise<Omit<Score, 'step'>>;
  /** Throws unless the model as it is now gives finite numbers. */
  checkModel(): Promise<void>;
  /** Writes what resuming needs, as a whole folder or not at all. */
  saveState(folder: string): Promise<void>;
  /** Writes the model as it is now: an adapter or a merged folder, by the job's adaptation. */
  exportModel(folder: string): Promise<void>;
  /** Frees what it holds. */
  dispose(): Promise<void>;
};

export type LoopPorts = {
  send(message: FromEngine): void;
  /** Lets messages in; throws when the worker is gone. */
  breathe(): Promise<void>;
  /** Whether the worker wants the run to save and end. */
  stopWanted(): boolean;
  now(): number;
};

/**
 * Trains to the end, or to the next step boundary after a stop was wanted. Checkpoints with the
 * model every `checkpointEvery` steps (by default each epoch), the bare state whenever
 * `saveStateMs` went by. Steps are told together, at most `stepBatchMs` late while they go on; what is
 * sent after a step never overtakes it. With early stopping every best evaluation is a checkpoint, and the
 * model of the best of them is the result. A model whose numbers are not finite is none. What the trainer throws ends it.
 */
export async function trainLoop(
  trainer: LoopTrainer,
  task: EngineTask,
  ports: LoopPorts,
): Promise<void> {
  const { totalSteps } = trainer;
  const { epochs } = resolveRecipe(task.recipe);
  const every = task.checkpointEvery ?? Math.max(1, Math.ceil(totalSteps / epochs));
  const kind = modelKind(task);
  const folderOf = (step: number): string => join(task.outputFolder, `step-${step}`);
  const resumedAt = trainer.step;
  let savedStep = resumedAt;
  let savedAt = ports.now();
  let toldAt = -Infinity;
  let untold: Step[] = [];

  const tellSteps = (): void => {
    if (untold.length === 0) return;
    ports.send({ kind: 'steps', steps: untold });
    untold = [];
    toldAt = ports.now();
  };
  const saveState = async (why: 'checkpoint' | 'state' | 'pause'): Promise<void> => {
    const folder = folderOf(trainer.step);
    await whenThereIsRoom(async () => {
      await trainer.saveState(join(folder, 'state', engineStateFolder));
      if (why === 'checkpoint') await trainer.exportModel(join(folder, 'model'));
    }, ports);
    savedStep = trainer.step;
    savedAt = ports.now();
    const model = why === 'checkpoint' ? kind : null;
    ports.send({ kind: 'saved', step: trainer.step, folder, why, model });
  };
  const watch = watchHeldOut({ ...task, totalSteps }, every);
  /** Tells whether this is the best step of a run that keeps the best. */
  const score = async (): Promise<boolean> => {
    if (task.heldOutShards.length === 0) return false;
    const result = await trainer.scoreHeldOut();
    const { step } = trainer;
    ports.send({ kind: 'score', score: { step, ...result } });
    return watch.take({ step, ...result });
  };

  const trainStep = async (): Promise<Step> => {
    try {
      return await trainer.trainStep();
    } catch (error) {
      tellSteps();
      throw error;
    }
  };

  ports.send({
    kind: 'ready',
    step: trainer.step,
    totalSteps,
    trainableParameters: trainer.trainableParameters,
  });
  while (trainer.step < totalSteps && watch.goesOn) {
    await ports.breathe();
    if (ports.stopWanted()) {
      tellSteps();
      if (trainer.step > savedStep) await saveState('pause');
      ports.send({ kind: 'paused', step: trainer.step });
      return;
    }
    untold.push(await trainStep());
    const isCheckpoint = trainer.step % every === 0;
    const isScored = isCheckpoint || watch.isDue(trainer.step);
    const isState = ports.now() - savedAt >= task.saveStateMs;
    // What is saved is told before; the first step at once, because people wait for it.
    const isDue = ports.now() - toldAt >= task.stepBatchMs || untold.length >= mostStepsTold;
    if (isScored || isState || isDue || trainer.step === totalSteps) tellSteps();
    if (trainer.step === totalSteps) break;
    const isBest = isScored && (await score());
    if (isCheckpoint || isBest) await saveState('checkpoint');
    else if (isState) await saveState('state');
  }
  await ports.breathe();
  if (watch.goesOn) await score();
  // Held-out rows have shown it already.
  if (task.heldOutShards.length === 0) await trainer.checkModel();
  const best = watch.bestStep ?? trainer.step;
  if (best !== trainer.step) {
    const text = `Held-out rows were answered best after step ${best}; training ended after step ${trainer.step}, and the model of step ${best} is kept.`;
    ports.send({ kind: 'log', level: 'info', text });
    ports.send({ kind: 'finished', step: best });
    return;
  }
  const folder = folderOf(trainer.step);
  await whenThereIsRoom(() => trainer.exportModel(join(folder, 'model')), ports);
  ports.send({ kind: 'saved', step: trainer.step, folder, why: 'final', model: kind });
  ports.send({ kind: 'finished', step: trainer.step });
}
