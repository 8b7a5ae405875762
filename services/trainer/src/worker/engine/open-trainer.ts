import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { NotFiniteWeightsError } from '@lathe/engine/checkpoint-error';
import { requireFiniteWeights } from '@lathe/engine/finite';
import { type AnyModelFolder, openAnyModelFolder } from '@lathe/engine/model-folder';
import type { Objective } from '@lathe/engine/objective';
import { objectiveFor } from '@lathe/engine/objective-for';
import { adapterValues, readAdapterOf } from '@lathe/engine/peft-virtual';
import type { TaskRow } from '@lathe/engine/task-row';
import { createTrainer, type Trainer } from '@lathe/engine/trainer';
import { openWrittenScore, type WrittenScore } from '@lathe/engine/written-score';
import { resolveRecipe } from '@lathe/recipe/recipe';
import { DivergedRunError } from './diverged.ts';
import type { EngineTask, FromEngine } from './engine-message.ts';
import { goOn } from './go-on.ts';
import { initialOf, modelKind, weightsOf } from './model-kind.ts';
import { readShards } from './read-shards.ts';
import { samplesShown } from './samples-shown.ts';
import { taskDevice } from './task-device.ts';
import { tellBase } from './tell-base.ts';
import { tellShared } from './tell-shared.ts';
import type { LoopTrainer } from './train-loop.ts';
import { inUserTerms } from './user-terms.ts';

/** Told what the model answers while it is trained. */
type Send = (message: FromEngine) => void;

/**
 * The engine's trainer for a task, with its state restored when the task resumes. Throws LatheError:
 * `unsupported_model`, or `training_failed` with the engine's own sentence.
 */
export async function openTrainer(
  task: EngineTask,
  send: Send = () => undefined,
): Promise<LoopTrainer> {
  const rows = await readShards(task.trainShards);
  return inUserTerms(task, async () => {
    const { start, recipe } = task;
    const folder = start?.kind === 'merged' ? start.folder : task.modelFolder;
    const model = await openAnyModelFolder(folder, { weights: weightsOf(recipe) });
    return objectiveFor(resolveRecipe(recipe), { model, rows }, (objective, examplesOf) =>
      openWith(task, model, { objective, examplesOf, examples: examplesOf(rows), send }),
    );
  });
}

/** What a run teaches, on the rows of the dataset. */
type Lesson<Example> = {
  readonly objective: Objective<Example>;
  readonly examples: readonly Example[];
  readonly examplesOf: (rows: readonly TaskRow[]) => readonly Example[];
  readonly send: Send;
};

async function openWith<Example>(
  task: EngineTask,
  model: AnyModelFolder,
  { objective, examples, examplesOf, send }: Lesson<Example>,
): Promise<LoopTrainer> {
  const { start, recipe, sampledPrompts = 0 } = task;
  const initial = initialOf(recipe);
  const isAdapter = start?.kind === 'adapter';
  if (initial !== 'random') await requireFiniteWeights(model.tensors);
  const device = await taskDevice(task, send);
  const rows = await readShards(task.heldOutShards);
  const heldOut = examplesOf(rows);
  const given = {
    ...{ model, objective, examples, device, settings: resolveRecipe(recipe) },
    adapter: isAdapter ? adapterValues(await readAdapterOf(model, start.folder)) : undefined,
  };
  const { base } = await tellBase(
    { ...given, heldOut, stateFolder: task.stateFolder ?? undefined },
    send,
  );
  const trainer = await createTrainer({
    ...given,
    ...{ initial, base },
    origin: start?.digest,
    baseStates: task.baseStates,
    scratchFolder: task.outputFolder,
  });
  if (task.stateFolder !== null) await goOn(trainer, task.stateFolder, send);
  else tellShared(trainer, send, 'an epoch');
  const { earlyStopping: rule, task: kind, preference } = resolveRecipe(recipe);
  const writes = preference === undefined && (kind?.type ?? 'generation') === 'generation';
  const asked = {
    ...{ model, device, heldOut: rows, hasAdapter: modelKind(task) === 'adapter' },
    folder: join(task.outputFolder, '.asked'),
  };
  const written = await openWrittenScore({ ...asked, rule });
  const showSamples =
    writes && sampledPrompts > 0
      ? samplesShown({ ...asked, most: sampledPrompts }, trainer, send)
      : undefined;
  // Enough for objectives that compare examples with each other.
  const some = examples.slice(0, resolveRecipe(recipe).batchSize);
  return loopTrainer(trainer, task, { heldOut, some, written, showSamples });
}

/** What a run is scored on: held-out rows, some that it is trained on, what is watched of written answers, and what is shown. */
type Asked<Example> = {
  readonly heldOut: readonly Example[];
  readonly some: readonly Example[];
  readonly written: WrittenScore | undefined;
  readonly showSamples: (() => Promise<void>) | undefined;
};

function loopTrainer<Example>(
  trainer: Trainer<Example>,
  task: EngineTask,
  { heldOut, some, written, showSamples }: Asked<Example>,
): LoopTrainer {
  const hasAdapter = modelKind(task) === 'adapter';
  const { learningRate } = resolveRecipe(task.recipe);
  const diverged = (what: string) =>
    new DivergedRunError(what, { step: trainer.step, examples: [], learningRate });
  const score = async (rows: readonly Example[], what: string) => {
    const result = await inUserTerms(task, () => trainer.evaluate(rows));
    if (!Number.isFinite(result.loss)) throw diverged(what);
    return result;
  };
  return {
    totalSteps: trainer.totalSteps,
    get step() {
      return trainer.step;
    },
    trainableParameters: trainer.trainableParameters,
    showStart: async () => showSamples?.(),
    trainStep: () => inUserTerms(task, () => trainer.trainStep()),
    seenExamples: () => trainer.seenExamples(),
    async dispose() {
      await written?.dispose();
      await trainer.dispose();
    },
    async scoreHeldOut() {
      const found = await score(heldOut, 'The loss on the held-out rows');
      const figures = await inUserTerms(task, async () => written?.figures(trainer));
      await showSamples?.();
      return { ...found, figures: { ...found.figures, ...figures } };
    },
    async checkModel() {
      await score(some, 'The loss of the trained model');
    },
    async saveState(folder, base) {
      await mkdir(dirname(folder), { recursive: true });
      await trainer.saveState(folder);
      await trainer.saveBaseStates(base);
    },
    async exportModel(folder) {
      await mkdir(dirname(folder), { recursive: true });
      try {
        await (hasAdapter ? trainer.exportAdapter(folder) : trainer.exportMerged(folder));
      } catch (error) {
        if (error instanceof NotFiniteWeightsError) throw diverged('A trained weight');
        throw error;
      }
    },
  };
}
