import { checkpointManifestSchema } from '@lathe/contracts/artifact/checkpoint';
import { LatheError } from '@lathe/contracts/error';
import type { ModelObject } from '@lathe/contracts/http/model';
import { isTerminal } from '@lathe/contracts/job/state';
import type { ModelDeleted } from '@lathe/contracts/message/model-deleted';
import type { ModelRecord } from '@lathe/contracts/record/model';
import {
  baseModelsProject,
  modelDeletedSubject,
  modelKey,
  recordKey,
} from '@lathe/contracts/subject';
import type { ArtifactStore } from '@lathe/platform/artifacts/port';
import { findJson } from '@lathe/platform/artifacts/read-json';
import type { Nats } from '@lathe/platform/nats/connection';
import {
  findNamedModel,
  findOwnModel,
  modelOfAlias,
  type NamedModels,
  whyUnnamed,
} from '@lathe/platform/records/named-model';
import { toHttp } from '@lathe/recipe/http-form';
import type { Listed } from '../record-lists.ts';
import { sortedAliases } from './aliases.ts';
import { type EraseExportPorts, eraseExport } from './erase-export.ts';
import { familyParity } from './family-parity.ts';

export type ModelPorts = NamedModels &
  EraseExportPorts & {
    readonly nats: Nats;
    readonly artifacts: ArtifactStore;
  };
export type TunedModel = Exclude<ModelRecord, { kind: 'base' }>;

/** The `model` object of a record. */
function modelObject(record: ModelRecord): ModelObject {
  return {
    id: record.name,
    object: 'model',
    created: record.createdAt,
    owned_by: record.kind === 'base' ? 'lathe' : record.project,
    lathe: { task: taskOf(record), base: record.kind === 'base' ? null : record.base },
  };
}

function taskOf(record: ModelRecord): ModelObject['lathe']['task'] {
  if (record.task !== undefined) return toHttp(record.task);
  const isEncoder = record.kind === 'base' && record.architecture === 'encoder';
  return isEncoder ? null : { type: 'generation' };
}

/** A model that the project may use, by its name or an alias. Throws `model_not_found`. */
export async function getModel(
  ports: NamedModels,
  project: string,
  name: string,
): Promise<ModelRecord> {
  const model = await findNamedModel(ports, project, name);
  if (model !== undefined) return model;
  const why = await whyUnnamed(ports, project, name);
  throw new LatheError('model_not_found', `${why.charAt(0).toUpperCase()}${why.slice(1)}.`, {
    param: 'model',
  });
}

/** The `model` object of a name; an alias has its own name there. Throws `model_not_found`. */
export async function namedModelObject(
  ports: NamedModels,
  project: string,
  name: string,
): Promise<ModelObject> {
  const record = await getModel(ports, project, name);
  const object = aliased(record, name);
  const { licence = null, family = null } = (await baseOf(ports, record)) ?? {};
  const parity = family === null ? null : (familyParity[family] ?? null);
  return { ...object, lathe: { ...object.lathe, licence, family, parity } };
}

/** The base model that a model stands on, or is; undefined where it is gone. */
async function baseOf({ models }: NamedModels, record: ModelRecord) {
  if (record.kind === 'base') return record;
  const base = (await models.get(modelKey(baseModelsProject, record.base)))?.value;
  return base?.kind === 'base' ? base : undefined;
}

function aliased(record: ModelRecord, name: string): ModelObject {
  const object = modelObject(record);
  if (record.name === name) return object;
  return { ...object, id: name, lathe: { ...object.lathe, alias_of: record.name } };
}

/** Base models by name, then the project's tuned models, newest first, then its aliases behind which a model stands. */
export async function listModels(
  ports: NamedModels & Listed<'models'>,
  project: string,
): Promise<ModelObject[]> {
  const { models } = ports.lists;
  const [base, tuned] = await Promise.all([models.list(baseModelsProject), models.list(project)]);
  return [
    ...base.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    ...tuned.toSorted((a, b) => b.createdAt - a.createdAt || (a.name < b.name ? -1 : 1)),
  ]
    .map(modelObject)
    .concat(await aliasesAsModels(ports, project));
}

async function aliasesAsModels(ports: NamedModels, project: string): Promise<ModelObject[]> {
  const found: ModelObject[] = [];
  for (const alias of await sortedAliases(ports, project)) {
    // A model that came by this name later is what is asked.
    if ((await findOwnModel(ports, project, alias.id)) !== undefined) continue;
    const model = await modelOfAlias(ports, alias);
    if (model !== undefined) found.push(aliased(model, alias.id));
  }
  return found;
}

/** The names of the base models, sorted. */
export async function baseModelNames({ models }: Pick<NamedModels, 'models'>): Promise<string[]> {
  return (await models.list(baseModelsProject)).map((entry) => entry.value.name).toSorted();
}

/**
 * Deletes a tuned model with its files. Throws `model_not_found`, `invalid_value` for an alias, `insufficient_permissions` for a base model, and `invalid_state` while a job needs the files: the model's
 * own to go on, or one that starts from the model and has no copy yet.
 */
export async function deleteModel(ports: ModelPorts, project: string, name: string): Promise<void> {
  const model = await getModel(ports, project, name);
  if (model.name !== name)
    throw new LatheError(
      'invalid_value',
      `'${name}' is an alias of '${model.name}'; DELETE /v1/lathe/aliases/${name} takes the alias away.`,
      { param: 'model' },
    );
  if (model.kind === 'base')
    throw new LatheError(
      'insufficient_permissions',
      `'${name}' is a base model, which cannot be deleted.`,
      { param: 'model' },
    );
  const job = await ports.jobs.get(recordKey(project, model.jobId));
  if (job !== null && !isTerminal(job.value.state))
    throw new LatheError(
      'invalid_state',
      `The job ${model.jobId} of this model is ${job.value.state}; cancel it or wait for its end.`,
      { param: 'model' },
    );
  const reader = (await ports.jobs.list(project)).find(
    ({ value }) => value.start?.manifestKey === model.manifestKey && !isTerminal(value.state),
  );
  if (reader !== undefined)
    throw new LatheError(
      'invalid_state',
      `The job ${reader.value.id} starts from this model and has not read it yet; wait until it is queued, or cancel it.`,
      { param: 'model' },
    );
  await removeModel(ports, project, model);
}

/**
 * Removes a tuned model: its record first, so that nobody starts using it, then its files unless another model of
 * the project stands on them, with the exports of these, and tells the evaluators, who keep copies of the files.
 */
export async function removeModel(
  ports: Pick<ModelPorts, 'nats' | 'models'> & EraseExportPorts,
  project: string,
  { name, manifestKey }: TunedModel,
): Promise<void> {
  await ports.models.delete(modelKey(project, name));
  const others = await ports.models.list(project);
  const isShared = others.some(
    ({ value }) => value.kind !== 'base' && value.manifestKey === manifestKey,
  );
  if (!isShared) {
    await deleteFiles(ports.artifacts, manifestKey);
    for (const { value } of await ports.exports.list(project))
      if (value.manifestKey === manifestKey) await eraseExport(ports, value);
  }
  const deleted: ModelDeleted = { project, name, ...(isShared ? {} : { manifestKey }) };
  ports.nats.connection.publish(modelDeletedSubject, JSON.stringify(deleted));
}

/** The manifest goes first: without it the checkpoint does not exist. */
async function deleteFiles(artifacts: ArtifactStore, manifestKey: string): Promise<void> {
  const manifest = await findJson(artifacts, manifestKey, checkpointManifestSchema);
  if (manifest === null) return;
  await artifacts.delete(manifestKey);
  for (const files of [manifest.model, manifest.state])
    for (const { key } of Object.values(files)) await artifacts.delete(key);
}
