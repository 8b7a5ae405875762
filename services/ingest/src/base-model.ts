import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LatheError } from '@lathe/contracts/error';
import type { ModelRecord } from '@lathe/contracts/record/model';
import { baseModelsProject, modelKey } from '@lathe/contracts/subject';
import { findBaseModel } from '@lathe/platform/base-models';
import type { RecordStore } from '@lathe/platform/records/port';

/** What ingest must know of the model that a job starts from. */
export type BaseModel = {
  readonly name: string;
  readonly folder: string;
  /** Longest input in tokens. */
  readonly maxPositions: number;
  readonly parameters: number;
  /** Of `tokenizer.json`. */
  readonly tokenizerSha256: string;
};

/**
 * The base model of that name, as announced by an evaluator and found on this machine. Throws
 * `model_not_found` when it is not offered, and a retryable `unavailable` when only its folder is missing.
 */
export async function openBaseModel(
  models: RecordStore<ModelRecord>,
  folders: readonly string[],
  name: string,
): Promise<BaseModel> {
  const stored = await models.get(modelKey(baseModelsProject, name));
  if (stored?.value.kind !== 'base')
    throw new LatheError('model_not_found', `The model '${name}' is not offered any more.`, {
      param: 'model',
    });
  const found = await findBaseModel(folders, name);
  if (found === undefined)
    throw new LatheError('unavailable', `The folder of the model '${name}' is missing.`, {
      param: 'model',
    });
  const { maxPositions, parameters } = stored.value;
  const tokenizer = await readFile(join(found.path, 'tokenizer.json'));
  return {
    name,
    folder: found.path,
    maxPositions,
    parameters,
    tokenizerSha256: createHash('sha256').update(tokenizer).digest('hex'),
  };
}
