import type { ModelObject } from '@lathe/contracts/http/model';
import { kindOf } from '../models/model-words.ts';

type Props = {
  readonly models: readonly ModelObject[];
  readonly chosen: readonly string[];
  readonly setChosen: (chosen: readonly string[]) => void;
};

/** Models to tick; checkpoints, of which there are many, are folded. */
export function ModelTicks({ models, chosen, setChosen }: Props) {
  const isCheckpoint = (model: ModelObject): boolean => kindOf(model) === 'checkpoint';
  const checkpoints = models.filter(isCheckpoint);
  const ticks = (shown: readonly ModelObject[]) =>
    shown.map(({ id }) => (
      <label key={id} class="check">
        <input
          type="checkbox"
          checked={chosen.includes(id)}
          onChange={({ currentTarget: { checked } }) =>
            setChosen([...chosen.filter((each) => each !== id), ...(checked ? [id] : [])])
          }
        />
        {id}
      </label>
    ));
  return (
    <fieldset class="choice">
      <legend class="unseen">Models</legend>
      {ticks(models.filter((model) => !isCheckpoint(model)))}
      {checkpoints.length > 0 && (
        <details>
          <summary>{checkpoints.length} checkpoints</summary>
          {ticks(checkpoints)}
        </details>
      )}
    </fieldset>
  );
}
