import { LatheError } from '@lathe/contracts/error';
import {
  CheckpointError,
  NotFiniteWeightsError,
  UnsupportedModelError,
} from '@lathe/engine/checkpoint-error';
import { DivergedError } from '@lathe/engine/diverged-error';
import { resolveRecipe } from '@lathe/recipe/recipe';
import { DivergedRunError } from './diverged.ts';
import type { EngineTask } from './engine-message.ts';

/** What the engine refuses is the job's fault, in words that its owner may read. */
export async function inUserTerms<T>(
  { recipe, start }: EngineTask,
  act: () => Promise<T>,
): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof UnsupportedModelError)
      throw new LatheError(
        'unsupported_model',
        `The base model is not supported: ${error.field} ${problemOf(error)}`,
        { param: 'model', cause: error },
      );
    if (error instanceof NotFiniteWeightsError)
      throw new LatheError(
        'unsupported_model',
        `The weights of ${start === null ? 'the base model' : 'the model to go on from'} hold NaN or infinity, so nothing can be trained on them.`,
        { param: 'model', cause: error },
      );
    if (error instanceof CheckpointError)
      throw new LatheError(
        'training_failed',
        'A file of the base model or of the checkpoint is damaged.',
        { cause: error, retryable: true },
      );
    if (error instanceof DivergedError)
      throw new DivergedRunError('The loss or a gradient', {
        step: error.step,
        examples: error.examples,
        learningRate: resolveRecipe(recipe).learningRate,
      });
    if (error instanceof RangeError)
      throw new LatheError('training_failed', `${upperFirst(error.message)}.`, {
        cause: error,
        retryable: false,
      });
    throw error;
  }
}

/** The message without the path of the file, which is nobody's business outside. */
function problemOf(error: UnsupportedModelError): string {
  return `${error.message.slice(error.message.indexOf(error.field) + error.field.length).trim()}.`;
}

function upperFirst(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
