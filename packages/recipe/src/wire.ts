import { z } from 'zod';
import { checkRecipe, type RecipeInput } from './recipe.ts';

/** Grows when a recipe is written in a way that readers of before would misread. */
export const recipeVersion = 1;

const wireSchema = z.object({ version: z.number(), recipe: z.unknown() });

/**
 * A recipe as text for another process, its defaults still open. Throws RangeError naming each setting at fault.
 *
 * @example formatRecipe({ epochs: 2 }) // {"version":1,"recipe":{"epochs":2}}
 */
export function formatRecipe(recipe: RecipeInput): string {
  return JSON.stringify({ version: recipeVersion, recipe: checkRecipe(recipe) });
}

/** What `formatRecipe` wrote. Throws RangeError for another version, and naming each setting at fault. */
export function parseRecipe(text: string): RecipeInput {
  if (text === '') throw new RangeError('the recipe is missing');
  const { version, recipe } = written(text);
  if (version !== recipeVersion)
    throw new RangeError(`a recipe of version ${version}: only ${recipeVersion} is known here`);
  return checkRecipe(recipe);
}

function written(text: string): z.output<typeof wireSchema> {
  try {
    return wireSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new RangeError('the recipe cannot be read, or names no version', { cause });
  }
}
