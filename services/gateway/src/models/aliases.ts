import { LatheError } from '@lathe/contracts/error';
import type {
  AliasObject,
  AliasRequest,
  listAliasesQuerySchema,
} from '@lathe/contracts/http/alias';
import { type Page, page } from '@lathe/contracts/http/list';
import { isId } from '@lathe/contracts/id';
import type { AliasRecord } from '@lathe/contracts/record/alias';
import { modelKey, recordKey } from '@lathe/contracts/subject';
import { changeRecord } from '@lathe/platform/records/change';
import { findOwnModel, modelOfAlias, type NamedModels } from '@lathe/platform/records/named-model';
import { ConflictError } from '@lathe/platform/records/port';
import type { z } from 'zod';
import { cut } from '../http/cursor.ts';
import { BadReference } from '../http/failure.ts';

export type AliasPorts = NamedModels & { readonly now: () => number };

/** The `lathe.alias` object, with the model that answers now. */
export async function aliasObject(ports: NamedModels, record: AliasRecord): Promise<AliasObject> {
  const { id, createdAt, target } = record;
  const model = (await modelOfAlias(ports, record))?.name ?? null;
  const job = target.kind === 'job' ? target.job : null;
  return { id, object: 'lathe.alias', created_at: createdAt, alias: id, model, job };
}

/**
 * Gives a model or a job of the project another name; an alias that there is stands for it from now on. Throws
 * `invalid_value` for a name that a model has and for an alias as the model, `model_not_found` and `not_found` (as 400)
 * for what the project does not have, and `rate_limit_exceeded` when it has as many aliases as it may.
 */
export async function setAlias(
  ports: AliasPorts,
  { project, body }: { readonly project: string; readonly body: AliasRequest },
  limits: { readonly aliasesKept: number },
): Promise<AliasRecord> {
  const { alias: id } = body;
  const target = await targetOf(ports, project, body);
  if ((await findOwnModel(ports, project, id)) !== undefined)
    throw new LatheError(
      'invalid_value',
      `'${id}' is the name of a model, which an alias may not hide.`,
      { param: 'alias' },
    );
  const key = modelKey(project, id);
  const isNew = (await ports.aliases.get(key)) === null;
  if (isNew && (await ports.aliases.list(project)).length >= limits.aliasesKept)
    throw new LatheError(
      'rate_limit_exceeded',
      `The project has ${limits.aliasesKept} aliases, as many as it may have; delete one of them.`,
      { retryable: false },
    );
  const createdAt = Math.floor(ports.now() / 1000);
  const record: AliasRecord = { version: 1, id, project, createdAt, target };
  try {
    await ports.aliases.create(key, record);
    return record;
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error;
    const changed = await changeRecord(ports.aliases, key, (old) => ({ ...old, target }));
    // It was deleted meanwhile.
    return changed ?? setAlias(ports, { project, body }, limits);
  }
}

async function targetOf(
  ports: NamedModels,
  project: string,
  { model = '', job }: AliasRequest,
): Promise<AliasRecord['target']> {
  if (job !== undefined) {
    const isThere = isId('job', job) && (await ports.jobs.get(recordKey(project, job))) !== null;
    if (isThere) return { kind: 'job', job };
    throw new BadReference('not_found', `'job' names no job: ${job} does not exist.`, {
      param: 'job',
    });
  }
  if ((await findOwnModel(ports, project, model)) !== undefined) return { kind: 'model', model };
  if (model.length <= 256 && (await ports.aliases.get(modelKey(project, model))) !== null)
    throw new LatheError(
      'invalid_value',
      `'${model}' is an alias itself; name the model that it stands for.`,
      { param: 'model' },
    );
  throw new BadReference('model_not_found', `'model': the model '${model}' does not exist.`, {
    param: 'model',
  });
}

/** The project's aliases by name. Any name is a place to go on from. */
export async function listAliases(
  ports: NamedModels,
  project: string,
  query: z.infer<typeof listAliasesQuerySchema>,
): Promise<Page<AliasObject>> {
  const all = await sortedAliases(ports, project);
  const { items, hasMore } = await cut(all, query, {
    compare: byName,
    isShown: () => true,
    placeOf: async () => 0,
  });
  return page(await Promise.all(items.map((item) => aliasObject(ports, item))), hasMore);
}

/** The project's aliases by name. */
export async function sortedAliases(
  { aliases }: Pick<NamedModels, 'aliases'>,
  project: string,
): Promise<AliasRecord[]> {
  return (await aliases.list(project)).map(({ value }) => value).toSorted(byName);
}

function byName(a: { readonly id: string }, b: { readonly id: string }): number {
  return a.id === b.id ? 0 : a.id < b.id ? -1 : 1;
}

/** Takes the other name away; the model stays. Throws `not_found`. */
export async function deleteAlias(
  { aliases }: Pick<NamedModels, 'aliases'>,
  project: string,
  alias: string,
): Promise<void> {
  const key = modelKey(project, alias);
  if (alias.length > 256 || (await aliases.get(key)) === null)
    throw new LatheError('not_found', `There is no alias ${JSON.stringify(alias)}.`, {
      param: 'alias',
    });
  await aliases.delete(key);
}
