import type { AliasRecord } from '@lathe/contracts/record/alias';
import type { ModelRecord } from '@lathe/contracts/record/model';
import { baseModelsProject, modelKey, recordKey } from '@lathe/contracts/subject';
import type { Records } from './records.ts';

/** The records by which the name of a model is understood. */
export type NamedModels = Pick<Records, 'models' | 'aliases' | 'jobs' | 'checkpoints'>;

/** Longest name of a model, in characters. */
const longestName = 512;

/**
 * A tuned model of the project or a base model by its own name, or undefined.
 * @example await findOwnModel(await openAllRecords(nats), 'default', 'lathe-tiny');
 */
export async function findOwnModel(
  { models }: Pick<NamedModels, 'models'>,
  project: string,
  name: string,
): Promise<ModelRecord | undefined> {
  if (name === '' || name.length > longestName) return undefined;
  const tuned = await models.get(modelKey(project, name));
  const base = tuned ?? (await models.get(modelKey(baseModelsProject, name)));
  return base?.value;
}

/**
 * What a request means by a model's name: the model that has it, otherwise the one that an alias of the project stands for
 * now, or undefined.
 * @example (await findNamedModel(await openAllRecords(nats), 'default', 'gpt-4.1'))?.name; // lathe-tiny
 */
export async function findNamedModel(
  records: NamedModels,
  project: string,
  name: string,
): Promise<ModelRecord | undefined> {
  const own = await findOwnModel(records, project, name);
  if (own !== undefined) return own;
  const alias = await findAlias(records, project, name);
  return alias && modelOfAlias(records, alias);
}

/**
 * The model that an alias stands for now: of a job its fine-tuned model, and before there is one its newest checkpoint's.
 * Undefined where there is none. An alias behind an alias is not looked for.
 * @example
 * const records = await openAllRecords(nats);
 * for (const { value } of await records.aliases.list('default')) await modelOfAlias(records, value);
 */
export async function modelOfAlias(
  records: Omit<NamedModels, 'aliases'>,
  { project, target }: AliasRecord,
): Promise<ModelRecord | undefined> {
  if (target.kind === 'model') return findOwnModel(records, project, target.model);
  const key = recordKey(project, target.job);
  const tuned = (await records.jobs.get(key))?.value.fineTunedModel ?? null;
  const final = tuned === null ? undefined : await findOwnModel(records, project, tuned);
  if (final !== undefined) return final;
  const checkpoints = (await records.checkpoints.list(key)).map(({ value }) => value);
  for (const { model } of checkpoints.toSorted((a, b) => b.step - a.step)) {
    const found = await findOwnModel(records, project, model);
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * Why `findNamedModel` finds nothing, as a sentence without its full stop that may follow a colon.
 * @example await whyUnnamed(await openAllRecords(nats), 'default', 'gpt-4.1'); // the model 'gpt-4.1' does not exist
 */
export async function whyUnnamed(
  records: Pick<NamedModels, 'aliases'>,
  project: string,
  name: string,
): Promise<string> {
  const target = (await findAlias(records, project, name))?.target;
  if (target === undefined) return `the model '${name}' does not exist`;
  return target.kind === 'model'
    ? `the alias '${name}' stands for the model '${target.model}', which does not exist`
    : `the alias '${name}' follows the job ${target.job}, which has no model and no checkpoint`;
}

async function findAlias(
  { aliases }: Pick<NamedModels, 'aliases'>,
  project: string,
  name: string,
): Promise<AliasRecord | undefined> {
  if (name === '' || name.length > longestName) return undefined;
  return (await aliases.get(modelKey(project, name)))?.value;
}
