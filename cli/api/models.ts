import { type ModelObject, modelObjectSchema } from '@lathe/contracts/http/model';
import type { Task } from '@lathe/recipe/task';
import { z } from 'zod';
import { CommandError } from '../command/failure.ts';
import type { Api } from './api.ts';

const modelsSchema = z.object({ data: z.array(modelObjectSchema) });

/** Base models by name, then tuned ones, newest first, then aliases. */
export async function listModels(api: Api): Promise<ModelObject[]> {
  return (await api.get('/models', modelsSchema)).data;
}

/**
 * The model that was named, or the newest tuned one of such a task. Throws CommandError where none was tuned for it.
 */
export async function findModel(
  api: Api,
  named: string | undefined,
  tasks: readonly Task['type'][],
): Promise<string> {
  if (named !== undefined) return named;
  const newest = (await listModels(api)).find(
    ({ id, lathe: { base, task, alias_of: alias } }) =>
      base !== null &&
      alias === undefined &&
      !isCheckpoint(id) &&
      task !== null &&
      tasks.includes(task.type),
  );
  if (newest !== undefined) return newest.id;
  throw new CommandError(
    'failed',
    `No model has been tuned for ${tasks[0]} yet: tune one with lathe tune, or name one with --model (lathe models list).`,
  );
}

/** Whether a name is that of a step of a job, not of what the job came to. */
export function isCheckpoint(name: string): boolean {
  return /:ckpt-step-\d+$/.test(name);
}
