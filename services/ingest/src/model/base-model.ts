import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DatasetReport } from '@lathe/contracts/artifact/dataset';
import { LatheError } from '@lathe/contracts/error';
import { baseModelsProject, modelKey } from '@lathe/contracts/subject';
import type { ArtifactStore } from '@lathe/platform/artifacts/port';
import { findBaseModel } from '@lathe/platform/base-models';
import { weightsDigest } from '@lathe/platform/model-digest';
import type { Records } from '@lathe/platform/records';
import type { Architecture, Task } from '@lathe/recipe/task';
import { readChatTemplates } from '@lathe/tokenizer/chat-template';
import { copyTextFiles, copyTextOfStart } from './text-files.ts';

/** What ingest must know of the model that a job starts from. */
export type BaseModel = {
  readonly name: string;
  /** The files that say how texts become tokens, as they were when the job was read. */
  readonly folder: string;
  /** Longest input in tokens. */
  readonly maxPositions: number;
  readonly parameters: number;
  readonly architecture: Architecture;
  /** What the tuned model was taught that the job goes on from; absent: to write. */
  readonly task: Task | undefined;
  /** Whether its text files have a chat template. */
  readonly hasTemplate: boolean;
  /** Of `tokenizer.json`. */
  readonly tokenizerSha256: string;
  /** Of its config and weights. */
  readonly baseSha256: string;
  /** Of a tokenizer that was learnt from the job's training file, instead of the base model's. */
  readonly learnt?: DatasetReport['tokenizer'];
};

export type OpenPorts = {
  readonly models: Records['models'];
  readonly modelFolders: readonly string[];
  readonly artifacts: ArtifactStore;
};

/** Which model, and where its text files are copied to. */
export type ModelToOpen = {
  readonly name: string;
  /** The manifest of the tuned model that the job goes on from, which is asked with files of its own. */
  readonly startKey?: string | undefined;
  readonly into: string;
};

/**
 * The base model of that name, as announced by an evaluator and found on this machine. Throws
 * `model_not_found` when it is not offered, and a retryable `unavailable` when only its folder is missing.
 */
export async function openBaseModel(
  { models, modelFolders, artifacts }: OpenPorts,
  { name, startKey, into }: ModelToOpen,
): Promise<BaseModel> {
  const stored = await models.get(modelKey(baseModelsProject, name));
  if (stored?.value.kind !== 'base')
    throw new LatheError('model_not_found', `The model '${name}' is not offered any more.`, {
      param: 'model',
    });
  const found = await findBaseModel(modelFolders, name);
  if (found === undefined)
    throw new LatheError('unavailable', `The folder of the model '${name}' is missing.`, {
      param: 'model',
    });
  const { maxPositions, parameters, architecture = 'decoder' } = stored.value;
  const start =
    startKey === undefined ? undefined : await copyTextOfStart(artifacts, startKey, into);
  if (start?.copied !== true) await copyTextFiles(found.path, into);
  const tokenizer = await readFile(join(into, 'tokenizer.json'));
  return {
    name,
    folder: into,
    maxPositions,
    parameters,
    architecture,
    task: start?.task,
    hasTemplate: (await readChatTemplates(into)).has('default'),
    tokenizerSha256: createHash('sha256').update(tokenizer).digest('hex'),
    baseSha256: await weightsDigest(found.path),
  };
}
