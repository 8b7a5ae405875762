import { join } from 'node:path';
import type { SeenExample } from '@lathe/engine/example-losses';
import { trainingLoop } from '@lathe/engine/training-loop';
import { resolveRecipe } from '@lathe/recipe/recipe';
import { type WaitPorts, whenThereIsRoom } from './disk-patience.ts';
import {
  baseStatesFolder,
  type EngineTask,
  engineStateFolder,
  type Score,
  type Step,
} from './engine-message.ts';
import { GradingStoppedError } from './gradings.ts';
import { modelKind } from './model-kind.ts';
import { slowExamples } from './slow-examples.ts';

/** Most steps told in one message, however fast they are. */
const mostStepsTold = 250;

/** The part of the engine's trainer that the loop needs. */
export type LoopTrainer = {
  readonly totalSteps: number;
  /** Steps done. */
  readonly step: number;
  readonly trainableParameters: number;
  /** Sees whether anything can be learned, before the first step of the job. Throws what ends it. */
  tryOut?(): Promise<void>;
  /** Shows what the model answers before the first step. */
  showStart?(): Promise<void>;
  /** The training examples that were shown twice or more. Absent: nothing is told of each. */
  seenExamples?(): readonly SeenExample[];
  /** Takes one optimizer step. */
  trainStep(): Promise<Step>;
  /** Scores the held-out rows. Throws when the loss is not a finite number. */
  scoreHeldOut(): Promise<Omit<Score, 'step'>>;
  /** Throws unless the model as it is now gives finite numbers. */
  checkModel(): Promise<void>;
  /**
   * Writes what resuming needs, as a whole folder or not at all, and what a frozen base model made of the rows into `base`, where
   * there is such and it was not written before.
   */
  saveState(folder: string, base: string): Promise<void>;
  /** Writes the model as it is now: an adapter or a merged folder, by the job's adaptation. */
  exportModel(folder: string): Promise<void>;
  /** Frees what it holds. */
  dispose(): Promise<void>;
};

export type LoopPorts = WaitPorts & { now(): number };

/**
 * Trains to the end, or to the next step boundary after a stop was wanted. Checkpoints with the
 * model every `checkpointEvery` steps (by default each epoch), the bare state whenever
 * `saveStateMs` went by. Steps are told together, at most `stepBatchMs` late while they go on; what is
 * sent after a step never overtakes it. With early stopping every best evaluation is a checkpoint, and the
 * model of the best of them is the result. With each checkpoint, and at the end, it tells which examples are hardly learnt. A model whose numbers are not finite is none. What the trainer throws ends it.
 */
export async function trainLoop(
  trainer: LoopTrainer,
  task: EngineTask,
  ports: LoopPorts,
): Promise<void> {
  const { totalSteps } = trainer;
  const hasHeldOut = task.heldOutShards.length > 0;
  const kind = modelKind(task);
  const folderOf = (step: number): string => join(task.outputFolder, `step-${step}`);
  let savedStep = trainer.step;
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
    tellSteps();
    const folder = folderOf(trainer.step);
    await whenThereIsRoom(async () => {
      const base = join(folder, baseStatesFolder);
      await trainer.saveState(join(folder, 'state', engineStateFolder), base);
      if (why === 'checkpoint') await trainer.exportModel(join(folder, 'model'));
    }, ports);
    savedStep = trainer.step;
    savedAt = ports.now();
    const model = why === 'checkpoint' ? kind : null;
    ports.send({ kind: 'saved', step: trainer.step, folder, why, model });
  };

  let slowTold = { step: -1, count: 0 };
  const tellSlow = (): void => {
    const seen = trainer.seenExamples?.() ?? [];
    if (seen.length === 0 || slowTold.step === trainer.step) return;
    const examples = slowExamples(seen);
    // That there are none any more is news, too.
    const isNews = examples.length > 0 || slowTold.count > 0;
    slowTold = { step: trainer.step, count: examples.length };
    if (!isNews) return;
    tellSteps();
    const slow = { step: trainer.step, seen: seen.length, examples };
    ports.send({ kind: 'slow-examples', slow });
  };

  ports.send({
    kind: 'ready',
    step: trainer.step,
    totalSteps,
    trainableParameters: trainer.trainableParameters,
  });
  const { epochs, earlyStopping: rule, reinforcement } = resolveRecipe(task.recipe);
  const checkpointEvery = task.checkpointEvery ?? Math.max(1, Math.ceil(totalSteps / epochs));
  let isScoring = false;
  const scoreHeldOut = async () => {
    isScoring = true;
    const score = await trainer.scoreHeldOut();
    isScoring = false;
    return score;
  };
  const moments = trainingLoop({
    trainer: {
      totalSteps,
      get step() {
        return trainer.step;
      },
      // What frozen blocks made of rows may go to the disk; a step that finds no room has changed nothing.
      trainStep: () => whenThereIsRoom(() => trainer.trainStep(), ports),
    },
    score: hasHeldOut ? scoreHeldOut : undefined,
    checkpointEvery,
    earlyStopping: rule && { ...rule, everySteps: rule.everySteps ?? checkpointEvery },
    scoreEvery: reinforcement?.evaluateEvery,
    earlierScores: task.earlierScores,
  });
  try {
    if (task.stateFolder === null) await trainer.tryOut?.();
    if (trainer.step === 0) await trainer.showStart?.();
    for await (const moment of moments)
      switch (moment.kind) {
        case 'boundary': {
          const isState = ports.now() - savedAt >= task.saveStateMs;
          if (isState && trainer.step > savedStep) await saveState('state');
          await ports.breathe();
          if (!ports.stopWanted()) break;
          tellSteps();
          if (trainer.step > savedStep) await saveState('pause');
          ports.send({ kind: 'paused', step: trainer.step });
          return;
        }
        case 'step': {
          untold.push(moment.metrics);
          // The first step is told at once, because people wait for it.
          const isDue = ports.now() - toldAt >= task.stepBatchMs || untold.length >= mostStepsTold;
          if (isDue || moment.isMilestone) tellSteps();
          if (trainer.step === totalSteps) await ports.breathe();
          break;
        }
        case 'score': {
          const figures = { ...moment.score.figures };
          ports.send({ kind: 'score', score: { ...moment.score, figures, step: trainer.step } });
          break;
        }
        case 'checkpoint':
          tellSlow();
          await saveState('checkpoint');
          break;
        case 'end':
          tellSlow();
          // Held-out rows have shown it already.
          if (!hasHeldOut) await trainer.checkModel();
          await finish(moment.best);
      }
  } catch (error) {
    tellSteps();
    if (!(error instanceof GradingStoppedError)) throw error;
    // A step that is taken is scored before its state is saved: what was not scored is done again.
    if (!isScoring && trainer.step > savedStep) await saveState('pause');
    ports.send({ kind: 'paused', step: savedStep });
  }

  async function finish(best: number): Promise<void> {
    if (best !== trainer.step) {
      const text = `Held-out rows were answered best after step ${best}; training ended after step ${trainer.step}, and the model of step ${best} is kept.`;
      ports.send({ kind: 'log', level: 'info', text });
    } else {
      const folder = folderOf(best);
      await whenThereIsRoom(() => trainer.exportModel(join(folder, 'model')), ports);
      ports.send({ kind: 'saved', step: best, folder, why: 'final', model: kind });
    }
    ports.send({ kind: 'finished', step: best });
  }
}
