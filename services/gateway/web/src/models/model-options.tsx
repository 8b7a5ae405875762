import type { ModelObject } from '@lathe/contracts/http/model';
import { kindOf } from './model-words.ts';

/** Models as what can be chosen in a field: checkpoints, of which there are many, stand last. */
export function ModelOptions({ models }: { readonly models: readonly ModelObject[] }) {
  const isCheckpoint = (model: ModelObject): boolean => kindOf(model) === 'checkpoint';
  const checkpoints = models.filter(isCheckpoint);
  return (
    <>
      {models
        .filter((model) => !isCheckpoint(model))
        .map(({ id }) => (
          <option key={id} value={id}>
            {id}
          </option>
        ))}
      {checkpoints.length > 0 && (
        <optgroup label="Checkpoints">
          {checkpoints.map(({ id }) => (
            <option key={id} value={id}>
              {id}
            </option>
          ))}
        </optgroup>
      )}
    </>
  );
}
