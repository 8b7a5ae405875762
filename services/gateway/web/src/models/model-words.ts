import type { ModelObject } from '@lathe/contracts/http/model';

/** What kind of entry a model is, in a word. */
export function kindOf({
  id,
  lathe: { alias_of: original, base },
}: ModelObject): 'alias' | 'base' | 'checkpoint' | 'tuned' {
  if (original !== undefined) return 'alias';
  if (base === null) return 'base';
  return /:ckpt-step-\d+$/.test(id) ? 'checkpoint' : 'tuned';
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

/** Models that are asked side by side. */
export const mostModels = 4;

/** The address at which models are asked side by side. */
export function tryPath(...names: readonly string[]): string {
  // A line break is what no name of a model has in it.
  return `/playground?models=${encodeURIComponent(names.join('\n'))}`;
}

/** How a model is asked in the playground: as one that writes, or by what it was taught. */
export type AskedAs = 'chat' | 'labels' | 'spans' | 'question' | 'mask' | 'similarity';

/** In words, as they follow "models that". */
export const askedAsWords: Readonly<Record<AskedAs, string>> = {
  chat: 'write',
  labels: 'give labels or scores',
  spans: 'mark words',
  question: 'answer from a text',
  mask: 'fill in words',
  similarity: 'compare texts',
};

/** How a model is asked, by its task; what was taught nothing but makes vectors compares texts. */
export function askedAs({ lathe: { task } }: ModelObject): AskedAs {
  switch (task?.type) {
    case 'generation':
    case 'preference':
      return 'chat';
    case 'classification':
    case 'reward':
      return 'labels';
    case 'token-classification':
      return 'spans';
    case 'question-answering':
      return 'question';
    case 'masked-lm':
      return 'mask';
    case 'embedding':
    case undefined:
      return 'similarity';
  }
}
