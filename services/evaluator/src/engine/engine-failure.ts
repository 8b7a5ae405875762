import { LatheError } from '@lathe/contracts/error';
import {
  CheckpointError,
  NotFiniteWeightsError,
  UnsupportedModelError,
} from '@lathe/engine/checkpoint-error';
import { FormError } from '@lathe/engine/constraint';
import { NotFiniteError } from '@lathe/engine/not-finite-error';
import { SchemaError } from '@lathe/engine/schema-error';

/**
 * What the engine throws, in words that users may read: what is the model's or the request's own fault is said so,
 * and is final. Everything else is left as it is.
 */
export function inUserTerms(error: unknown): unknown {
  if (error instanceof NotFiniteError)
    return refusal(
      `The model cannot be used: ${error.what} are not finite numbers, so its weights are broken or too large`,
      error,
    );
  if (error instanceof NotFiniteWeightsError)
    return refusal('The model cannot be used: its weights hold NaN or infinity', error);
  if (error instanceof UnsupportedModelError)
    return refusal(`The model is not supported: ${error.field} stands against it`, error);
  if (error instanceof CheckpointError)
    return new LatheError('unavailable', 'The files of the model cannot be read at the moment.', {
      param: 'model',
      cause: error,
    });
  if (error instanceof FormError)
    return new LatheError(
      'unsupported_model',
      `The answer cannot keep its form: ${error.message}.`,
      {
        param: 'response_format',
        cause: error,
      },
    );
  if (error instanceof SchemaError)
    return new LatheError(
      'invalid_value',
      `Invalid value for 'response_format.json_schema.schema': ${error.message}.`,
      { param: 'response_format.json_schema.schema', cause: error },
    );
  return error;
}

function refusal(message: string, cause: Error): LatheError {
  return new LatheError('unsupported_model', `${message}.`, { param: 'model', cause });
}
