import type { Models, ServedModel } from '../models/models.ts';

/**
 * Models whose names stand for the same as long as one works with them: an alias is looked up once, so that all rows are asked and
 * judged by one model though it is moved meanwhile. A look-up that fails is made again.
 */
export function sameModels(models: Models): Models {
  const known = new Map<string, Promise<string>>();
  const first = async (project: string, name: string): Promise<ServedModel> => {
    const finding = models.find(project, name);
    const own = finding.then((model) => model.name);
    known.set(name, own);
    own.catch(() => known.delete(name));
    return finding;
  };
  return {
    ...models,
    find: async (project, name) => {
      const own = known.get(name);
      return own === undefined ? first(project, name) : models.find(project, await own);
    },
  };
}
