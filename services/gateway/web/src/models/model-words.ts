import type { ModelObject } from '@lathe/contracts/http/model';

/** What kind of entry a model is, in a word. */
export function kindOf({ lathe: { alias_of: original, base } }: ModelObject): string {
  if (original !== undefined) return 'alias';
  return base === null ? 'base' : 'tuned';
}

/** What a model was taught, in words. */
export function taughtText({ lathe: { task } }: ModelObject): string {
  if (task === null) return 'vectors alone';
  const problem = task.type === 'classification' ? task.problem : undefined;
  return problem === undefined ? task.type : `${task.type}, ${problem}`;
}

/** The address of a model's card. */
export function cardPath(name: string): string {
  return `/models/${encodeURIComponent(name)}`;
}

/** The address at which a model is asked. */
export function tryPath(name: string): string {
  return `/playground?models=${encodeURIComponent(name)}`;
}
