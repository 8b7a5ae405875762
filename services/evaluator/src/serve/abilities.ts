import { LatheError } from '@lathe/contracts/error';
import type { ServedModel } from '../models/models.ts';
import type { ServedTask } from '../texts/served-task.ts';

type Door = 'chat' | 'embeddings';

const doors: Readonly<Record<Door, readonly ServedTask['type'][]>> = {
  chat: ['generation'],
  embeddings: ['generation', 'states', 'embedding', 'masked-lm'],
};

/** Throws `unsupported_model` for a model that was taught something else; gateways say which door is right. */
export function requireTask({ name, task }: Pick<ServedModel, 'name' | 'task'>, door: Door): void {
  if (doors[door].includes(task.type)) return;
  const message = `The model '${name}' was taught ${task.type}, which is not asked through ${door}.`;
  throw new LatheError('unsupported_model', message, { param: 'model' });
}
