import type { ModelObject } from '@lathe/contracts/http/model';
import { type AskedAs, askedAs, askedAsWords, mostModels } from '../models/model-words.ts';

type Props = {
  readonly models: readonly ModelObject[];
  /** Names, all of models that are asked the same way. */
  readonly chosen: readonly string[];
  readonly onChange: (chosen: readonly string[]) => void;
};

/** Which models are asked: the first decides the form, the others are those of its kind. */
export function ModelChoice({ models, chosen, onChange }: Props) {
  const kindOf = (name: string | undefined): AskedAs | undefined => {
    const model = models.find(({ id }) => id === name);
    return model && askedAs(model);
  };
  const kind = kindOf(chosen[0]);
  const alike = models.filter((model) => askedAs(model) === kind);
  const free = alike.find(({ id }) => !chosen.includes(id));
  const change = (at: number, name: string): void => {
    const next = chosen.map((each, i) => (i === at ? name : each));
    const first = kindOf(next[0]);
    onChange(next.filter((each, i) => kindOf(each) === first && next.indexOf(each) === i));
  };
  return (
    <fieldset class="row model-choice">
      <legend class="unseen">Models</legend>
      {chosen.map((name, at) => (
        <span key={name} class="row tight">
          <select
            aria-label={`Model ${at + 1}`}
            value={name}
            onChange={(event) => change(at, event.currentTarget.value)}
          >
            {at === 0 ? (
              groups(models).map(([each, members]) => (
                <optgroup key={each} label={`Models that ${askedAsWords[each]}`}>
                  <Options models={members} />
                </optgroup>
              ))
            ) : (
              <Options models={alike.filter(({ id }) => id === name || !chosen.includes(id))} />
            )}
          </select>
          {chosen.length > 1 && (
            <button
              type="button"
              class="small"
              aria-label={`Take ${name} away`}
              onClick={() => onChange(chosen.filter((each) => each !== name))}
            >
              ✕
            </button>
          )}
        </span>
      ))}
      {free !== undefined && chosen.length < mostModels && (
        <button type="button" onClick={() => onChange([...chosen, free.id])}>
          Compare with another
        </button>
      )}
    </fieldset>
  );
}

function Options({ models }: { readonly models: readonly ModelObject[] }) {
  return models.map(({ id }) => (
    <option key={id} value={id}>
      {id}
    </option>
  ));
}

function groups(models: readonly ModelObject[]): [AskedAs, ModelObject[]][] {
  const kinds = [...new Set(models.map(askedAs))];
  return kinds.map((kind) => [kind, models.filter((model) => askedAs(model) === kind)]);
}
