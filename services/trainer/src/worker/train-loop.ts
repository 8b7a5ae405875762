import { join } from 'node:path';
import {
  type EngineTask,
  engineStateFolder,
  type FromEngine,
  type Score,
  type Step,
} from './engine-message.ts';

/** The part of the engine's trainer that the loop needs. */
export type LoopTrainer = {
  readonly totalSteps: number;
  /** Steps done. */
  readonly step: number;
  readonly trainableParameters: number;
  /** Takes one optimizer step. */
  trainStep(): Promise<Step>;
  /** Scores the held-out rows. */
  scoreHeldOut(): Promise<Omit<Score, 'step'>>;
  /** Writes what resuming needs, as a whole folder or not at all. */
  saveState(folder: string): Promise<void>;
  /** Writes the model as it is now: an adapter or a merged folder, by the job's adaptation. */
  exportModel(folder: string): Promise<void>;
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
 * `saveStateMs` went by. What the trainer throws ends it.
 */
export async function trainLoop(
  trainer: LoopTrainer,
  task: EngineTask,
  ports: LoopPorts,
): Promise<void> {
  const { totalSteps } = trainer;
  const every =
    task.settings.checkpointEvery ?? Math.max(1, Math.ceil(totalSteps / task.settings.epochs));
  const kind = task.settings.adaptation.type === 'lora' ? 'adapter' : 'merged';
  const folderOf = (step: number): string => join(task.outputFolder, `step-${step}`);
  const resumedAt = trainer.step;
  let savedStep = resumedAt;
  let savedAt = ports.now();

  const saveState = async (why: 'checkpoint' | 'state' | 'pause'): Promise<void> => {
    const folder = folderOf(trainer.step);
    await trainer.saveState(join(folder, 'state', engineStateFolder));
    if (why === 'checkpoint') await trainer.exportModel(join(folder, 'model'));
    savedStep = trainer.step;
    savedAt = ports.now();
    const model = why === 'checkpoint' ? kind : null;
    ports.send({ kind: 'saved', step: trainer.step, folder, why, model });
  };
  const score = async (): Promise<void> => {
    if (task.heldOutShards.length === 0) return;
    const result = await trainer.scoreHeldOut();
    ports.send({ kind: 'score', score: { step: trainer.step, ...result } });
  };

  ports.send({
    kind: 'ready',
    step: trainer.step,
    totalSteps,
    trainableParameters: trainer.trainableParameters,
  });
  while (trainer.step < totalSteps) {
    await ports.breathe();
    if (ports.stopWanted()) {
      if (trainer.step > savedStep) await saveState('pause');
      ports.send({ kind: 'paused', step: trainer.step });
      return;
    }
    const step = await trainer.trainStep();
    ports.send({ kind: 'step', step });
    if (trainer.step === totalSteps) break;
    if (trainer.step % every === 0) {
      await score();
      await saveState('checkpoint');
    } else if (ports.now() - savedAt >= task.saveStateMs) await saveState('state');
  }
  await ports.breathe();
  await score();
  const folder = folderOf(trainer.step);
  await trainer.exportModel(join(folder, 'model'));
  ports.send({ kind: 'saved', step: trainer.step, folder, why: 'final', model: kind });
  ports.send({ kind: 'finished', step: trainer.step });
}
