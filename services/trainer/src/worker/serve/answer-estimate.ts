import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { datasetManifestSchema } from '@lathe/contracts/artifact/dataset';
import type { ArtifactStore } from '@lathe/platform/artifacts/port';
import { findBaseModel } from '@lathe/platform/base-models';
import { soundJson } from '../../manifest.ts';
import { type Estimates, noNeeds, type RunNeeds } from '../engine/estimates.ts';
import { fetchLearntShape } from '../run/learnt-shape.ts';
import type { RunRequest } from '../run/run-preparation.ts';
import { RefusedError } from '../run/runs.ts';

/** What a run would be. */
export type RunQuestion = Pick<RunRequest, 'project' | 'datasetKey' | 'baseModel' | 'recipe'>;

export type EstimatePorts = {
  readonly artifacts: ArtifactStore;
  readonly modelFolders: readonly string[];
  readonly estimates: Estimates;
};

/**
 * What a run would need, in bytes; nothing where it would fail before it needed any. Throws RefusedError `unknown model`,
 * and when the store or the estimate fails.
 */
export async function answerEstimate(
  { project, datasetKey, baseModel, recipe }: RunQuestion,
  { artifacts, modelFolders, estimates }: EstimatePorts,
): Promise<RunNeeds> {
  const model = await findBaseModel(modelFolders, baseModel);
  if (model === undefined)
    throw new RefusedError('unknown model', `the worker has no base model named "${baseModel}"`);
  const data = await soundJson(artifacts, datasetKey, datasetManifestSchema);
  if (data === null) return noNeeds;
  const { train, heldOut } = data;
  const task = {
    longest: Math.max(train.longest, heldOut.longest),
    sequences: Math.max(train.sequences ?? 1, heldOut.sequences ?? 1),
    ...{ rows: train.rows, tokens: train.tokens },
    heldOut: { rows: heldOut.rows, tokens: heldOut.tokens },
  };
  const shape = await mkdtemp(join(tmpdir(), 'lathe-shape-'));
  try {
    const isLearnt = await fetchLearntShape(artifacts, { recipe, manifest: data }, shape);
    const modelFolder = isLearnt ? shape : model.path;
    const needs = await estimates.of({ modelFolder, recipe, ...task }, project);
    // The files that its rows became tokens with go with each model.
    const texts = Object.values(data.text ?? {}).reduce((sum, { bytes }) => sum + bytes, 0);
    return needs.modelBytes === 0 ? needs : { ...needs, modelBytes: needs.modelBytes + texts };
  } finally {
    await rm(shape, { recursive: true, force: true });
  }
}
