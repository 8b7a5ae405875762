import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { DatasetManifest } from '@lathe/contracts/artifact/dataset';
import { LatheError } from '@lathe/contracts/error';
import { type Grader, graderSchema } from '@lathe/contracts/http/grader';
import type { ArtifactStore } from '@lathe/platform/artifacts/port';
import { findBaseModel } from '@lathe/platform/base-models';
import type { RecipeInput } from '@lathe/recipe/recipe';
import { resolveRecipe } from '@lathe/recipe/recipe';
import type { EngineTask, Side } from '../engine/engine-message.ts';
import { modelKind } from '../engine/model-kind.ts';
import { fetchBaseStates } from './base-states.ts';
import { fetchStart, type StartKey } from './checkpoint-store.ts';
import { fetchDataset, fetchItems, type GraderItem, linesOf } from './dataset.ts';
import { type DamagedCheckpoint, findState } from './find-state.ts';
import { type HistoryRow, scoresOf } from './history.ts';
import { fetchLearntShape } from './learnt-shape.ts';
import { requireSameBase } from './model-text.ts';

/** One attempt at a job, as the controller asks for it. */
export type RunRequest = {
  /** Of the call that asked for the run, for the log. */
  readonly requestId: string;
  readonly project: string;
  readonly jobId: string;
  readonly epoch: number;
  /** Key of the dataset manifest. */
  readonly datasetKey: string;
  readonly baseModel: string;
  /** Null: the base model itself. */
  readonly start: StartKey | null;
  readonly recipe: RecipeInput;
  /** Steps between published checkpoints; null: one an epoch. */
  readonly checkpointEvery: number | null;
  /** Held-out prompts that are answered at each score; null: a few where the run ends in an adapter. */
  readonly sampledPrompts: number | null;
  /** Key of the checkpoint manifest to resume from; null: from the start. */
  readonly checkpointKey: string | null;
  /** What the run is expected to need, in bytes. */
  readonly memoryBytes: number;
};

/** Held-out prompts that are answered at each score where nobody says how many. */
const usualSamples = 3;

export type Preparation = {
  readonly artifacts: ArtifactStore;
  readonly modelFolders: readonly string[];
  /** The run's own folder; emptied first. */
  readonly folder: string;
  readonly device: EngineTask['device'];
  readonly engineThreads: number;
  readonly engineBinding: EngineTask['binding'];
  readonly engineKernels: EngineTask['kernels'];
  readonly enginePadding: EngineTask['padding'];
  readonly saveStateMs: number;
  readonly stepBatchMs: number;
  readonly orphanMs: number;
  readonly restBytes: number;
};

/** How the answers of a run are rewarded. */
export type Rewarded = {
  readonly project: string;
  readonly grader: Grader;
  readonly items: Readonly<Record<Side, readonly GraderItem[]>>;
};

export type PreparedRun = {
  readonly task: EngineTask;
  /** Steps of earlier runs. */
  readonly history: readonly HistoryRow[];
  /** Key of the checkpoint that it resumes from; empty: it begins at the start. */
  readonly resumedFrom: string;
  /** Newer checkpoints that cannot be resumed from. */
  readonly damaged: readonly DamagedCheckpoint[];
  /** What answers are graded with, and the items of the prompts by their place; undefined where nothing is. */
  readonly rewarded: Rewarded | undefined;
  /** The line of the training file that each of the training examples came from. */
  readonly linesOf: (examples: readonly number[]) => Promise<ReadonlyMap<number, number>>;
};

/** Longest example that the engine takes when the job says nothing and the data need no more. */
const { maxTokens: usualMaxTokens } = resolveRecipe();

/**
 * Brings everything that a run needs to this machine: dataset, model to start from, state to resume from.
 * Throws `model_not_found` when the worker has no such base model, `unsupported_model` when it is not the one that
 * the rows were prepared for.
 */
export async function prepareRun(
  request: RunRequest,
  preparation: Preparation,
): Promise<PreparedRun> {
  const { artifacts, folder } = preparation;
  await rm(folder, { recursive: true, force: true });
  const outputFolder = join(folder, 'saved');
  await mkdir(outputFolder, { recursive: true });
  const model = await findBaseModel(preparation.modelFolders, request.baseModel);
  if (model === undefined)
    throw new LatheError(
      'model_not_found',
      `The worker has no base model named "${request.baseModel}".`,
      { param: 'model', retryable: true },
    );
  const dataset = await fetchDataset(artifacts, request.datasetKey, folder);
  if (request.start?.kind !== 'merged') await requireSameBase(model.path, dataset.manifest);
  const { project, jobId, checkpointKey } = request;
  const { state, manifestKey, damaged } =
    checkpointKey === null
      ? { state: null, manifestKey: '', damaged: [] }
      : await findState(artifacts, { project, jobId, manifestKey: checkpointKey }, folder);
  const baseStates = join(folder, 'base-states');
  if (state !== null) await fetchBaseStates(artifacts, request, baseStates);
  const start =
    request.start === null
      ? null
      : await fetchStart(artifacts, request.start, join(folder, 'start'));
  const { train, heldOut } = dataset.manifest;
  const shape = join(folder, 'shape');
  const learnt = { recipe: request.recipe, manifest: dataset.manifest };
  const isLearnt = await fetchLearntShape(artifacts, learnt, shape);
  const task: EngineTask = {
    modelFolder: isLearnt ? shape : model.path,
    start,
    recipe: {
      ...request.recipe,
      maxTokens:
        request.recipe.maxTokens ?? Math.max(usualMaxTokens, train.longest, heldOut.longest),
    },
    checkpointEvery: request.checkpointEvery,
    sampledPrompts: request.sampledPrompts ?? (modelKind(request) === 'adapter' ? usualSamples : 0),
    trainShards: dataset.train,
    heldOutShards: dataset.heldOut,
    stateFolder: state?.engineFolder ?? null,
    baseStates,
    earlierScores: scoresOf(state?.history ?? []),
    outputFolder,
    device: preparation.device,
    threads: preparation.engineThreads,
    binding: preparation.engineBinding,
    kernels: preparation.engineKernels,
    padding: preparation.enginePadding,
    saveStateMs: preparation.saveStateMs,
    stepBatchMs: preparation.stepBatchMs,
    orphanMs: preparation.orphanMs,
    restBytes: preparation.restBytes,
  };
  return {
    task,
    history: state?.history ?? [],
    resumedFrom: manifestKey,
    damaged,
    rewarded: await rewardedBy(request, dataset.manifest, artifacts),
    linesOf: (examples) => linesOf(artifacts, train.canonical, examples),
  };
}

async function rewardedBy(
  { project, recipe: { reinforcement } }: RunRequest,
  { train, heldOut }: DatasetManifest,
  artifacts: ArtifactStore,
): Promise<Rewarded | undefined> {
  if (reinforcement === undefined) return undefined;
  const { grader } = reinforcement;
  if (grader === undefined)
    throw new LatheError('internal_error', 'The job says nothing that rewards answers.');
  const items = {
    train: await fetchItems(artifacts, train),
    'held-out': await fetchItems(artifacts, heldOut),
  };
  return { project, grader: graderSchema.parse(grader), items };
}
