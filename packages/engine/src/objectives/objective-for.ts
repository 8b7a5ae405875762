import { type Recipe, recipeSchema } from '@lathe/recipe/recipe';
import { brokenRules } from '@lathe/recipe/rules';
import type { Task, TaskOf } from '@lathe/recipe/task';
import { type Act, type OpenTask, type TaskRun, taskObjectives } from './task-objectives.ts';

/**
 * Does something with what a recipe trains for, and with what turns rows of a dataset into its examples. The rows of
 * the run tell what the task leaves open, such as whether pairs of texts have scores. Throws RangeError with one
 * sentence where the model cannot learn the task.
 *
 * @example await objectiveFor(settings, { model, rows: [textExample([1, 2])] }, ({ name }) => name); // causal-lm
 */
export async function objectiveFor<Result>(
  recipe: Pick<Recipe, 'preference' | 'task' | 'seed' | 'classWeights' | 'sampling'>,
  { model, rows }: Pick<TaskRun, 'model' | 'rows'>,
  act: Act<Result>,
): Promise<Awaited<Result>> {
  const task = recipe.task ?? { type: recipe.preference ? 'preference' : 'generation' };
  // A recipe without a task was not asked whether these go with it.
  const { classWeights, sampling } = recipe;
  const [fault] = brokenRules(recipeSchema, { task, classWeights, sampling });
  if (fault !== undefined) throw new RangeError(fault.message);
  return await open(task, { model, rows, recipe }, act);
}

function open<Type extends Task['type'], Result>(
  task: TaskOf<Type>,
  run: TaskRun,
  act: Act<Result>,
): Result | Promise<Result> {
  const openOne: OpenTask<Type> = taskObjectives[task.type as Type];
  return openOne(task, run, act);
}
