import { createHash } from 'node:crypto';
import { access, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type CheckpointManifest,
  type CheckpointMetrics,
  checkpointManifestSchema,
} from '@lathe/contracts/artifact/checkpoint';
import { datasetManifestSchema } from '@lathe/contracts/artifact/dataset';
import { checkpointPrefix } from '@lathe/contracts/artifact/key';
import { getFolder, putFolder } from '@lathe/platform/artifacts/folder';
import { ArtifactError, type ArtifactStore } from '@lathe/platform/artifacts/port';
import { readJson } from '@lathe/platform/artifacts/read-json';
import { writeJson } from '@lathe/platform/artifacts/write-json';
import { readManifest } from '../../manifest.ts';
import { engineStateFolder } from '../engine/engine-message.ts';
import { decodeHistory, encodeHistory, type HistoryRow } from './history.ts';
import { addTextFiles, modelText } from './model-text.ts';

/** A folder that the engine saved, and whose it is. */
export type SavedFolder = {
  readonly project: string;
  readonly jobId: string;
  readonly epoch: number;
  /** Names the run, so that two runs of one job never write the same key. */
  readonly attempt: string;
  readonly step: number;
  readonly folder: string;
  /** What the engine has put into it. */
  readonly parts: readonly ('model' | 'state')[];
  readonly baseModel: string;
  /** Key of the manifest of the dataset that it was trained on. */
  readonly datasetKey: string;
  readonly kind: 'adapter' | 'merged';
  readonly metrics: CheckpointMetrics;
  readonly history: readonly HistoryRow[];
  /** Called when everything but the manifest is stored; what it throws removes that again, unless the manifest was there before. */
  readonly beforeVisible: () => Promise<void>;
};

const historyFile = 'history.json';

/**
 * Stores a saved folder and, last, its manifest, which makes it visible. Returns the manifest's key. Throws an Error when
 * a part is not there any more: nobody shall find a checkpoint that lacks it.
 */
export async function storeCheckpoint(
  artifacts: ArtifactStore,
  saved: SavedFolder,
): Promise<string> {
  const prefix = checkpointPrefix(saved.project, saved.jobId, saved.attempt, saved.step);
  for (const part of saved.parts) await access(join(saved.folder, part));
  const state = join(saved.folder, 'state');
  const model = join(saved.folder, 'model');
  const hasState = saved.parts.includes('state');
  const hasModel = saved.parts.includes('model');
  const dataset = hasModel
    ? await readJson(artifacts, saved.datasetKey, datasetManifestSchema)
    : undefined;
  if (dataset !== undefined)
    await addTextFiles(artifacts, dataset, { folder: model, kind: saved.kind });
  if (hasState) await writeFile(join(state, historyFile), encodeHistory(saved.history));
  const manifest: CheckpointManifest = {
    version: 1,
    jobId: saved.jobId,
    epoch: saved.epoch,
    step: saved.step,
    baseModel: saved.baseModel,
    kind: saved.kind,
    model: hasModel ? await putFolder(artifacts, `${prefix}/model`, model) : {},
    ...(dataset !== undefined && { text: modelText(dataset) }),
    ...(dataset?.task && { task: dataset.task }),
    state: hasState ? await putFolder(artifacts, `${prefix}/state`, state) : {},
    metrics: saved.metrics,
  };
  const key = `${prefix}/manifest.json`;
  try {
    await saved.beforeVisible();
  } catch (error) {
    // What an earlier try made visible is the job's.
    if ((await artifacts.stat(key)) === null) await artifacts.deletePrefix(prefix);
    throw error;
  }
  await writeJson(artifacts, key, checkpointManifestSchema, manifest);
  return key;
}

/** A state brought to this machine. */
export type FetchedState = {
  readonly step: number;
  readonly engineFolder: string;
  readonly history: HistoryRow[];
};

/** Brings the state of a checkpoint into `folder`, checked against its digests. */
export async function fetchState(
  artifacts: ArtifactStore,
  manifestKey: string,
  folder: string,
): Promise<FetchedState> {
  const manifest = await readManifest(artifacts, manifestKey);
  if (Object.keys(manifest.state).length === 0)
    throw new ArtifactError('not_found', `the checkpoint ${manifestKey} holds no training state`);
  await getFolder(artifacts, manifest.state, folder);
  return {
    step: manifest.step,
    engineFolder: join(folder, engineStateFolder),
    history: decodeHistory(await readFile(join(folder, historyFile), 'utf8')),
  };
}

/** Where the tuned model lies that a run goes on from. */
export type StartKey = {
  readonly manifestKey: string;
  /** `adapter`: its values train on; `merged`: its weights stand in for the base model's. */
  readonly kind: 'adapter' | 'merged';
};

/**
 * Brings the model that a run goes on from into `folder`, checked against its digests. `digest` stands for its
 * content: equal files, equal digest.
 */
export async function fetchStart(
  artifacts: ArtifactStore,
  { manifestKey, kind }: StartKey,
  folder: string,
): Promise<{ readonly kind: StartKey['kind']; readonly folder: string; readonly digest: string }> {
  const { model } = await readManifest(artifacts, manifestKey);
  await getFolder(artifacts, model, folder);
  const hash = createHash('sha256');
  for (const [name, { sha256 }] of Object.entries(model).toSorted(([a], [b]) => (a < b ? -1 : 1)))
    hash.update(`${name} ${sha256};`);
  return { kind, folder, digest: hash.digest('hex') };
}
