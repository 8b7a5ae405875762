import { baseModelsProject } from '@lathe/contracts/subject';
import { findBaseModel } from '@lathe/platform/base-models';
import type { Records } from '@lathe/platform/records';
import type { Architecture } from '@lathe/recipe/task';

/**
 * The base models that are offered and found on this machine, the first of each kind by name, decoders first: what an
 * inspection looks at a file for that names no model.
 */
export async function firstModels({
  models,
  modelFolders,
}: {
  readonly models: Records['models'];
  readonly modelFolders: readonly string[];
}): Promise<string[]> {
  const found = new Map<Architecture, string>();
  const offered = (await models.list(baseModelsProject)).map(({ value }) => value);
  for (const model of offered.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    if (model.kind !== 'base') continue;
    const { architecture = 'decoder', name } = model;
    if (found.has(architecture) || (await findBaseModel(modelFolders, name)) === undefined)
      continue;
    found.set(architecture, name);
  }
  return (['decoder', 'encoder'] as const).flatMap((each) => found.get(each) ?? []);
}
