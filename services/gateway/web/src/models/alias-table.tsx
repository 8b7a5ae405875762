import type { AliasObject, AliasRequest } from '@lathe/contracts/http/alias';
import type { ModelObject } from '@lathe/contracts/http/model';
import { useState } from 'preact/hooks';
import { ask } from '../api/client.ts';
import { Link } from '../shell/link.tsx';
import { ActButton } from '../ui/act-button.tsx';
import { Table } from '../ui/table.tsx';
import { Undo, type Undoable } from '../ui/undo.tsx';
import { ModelOptions } from './model-options.tsx';
import { cardPath, kindOf } from './model-words.ts';

type Props = {
  readonly aliases: readonly AliasObject[];
  /** What an alias may stand for. */
  readonly models: readonly ModelObject[];
  readonly onChange: () => void;
};

/** Aliases with what answers under them; they are moved by setting them anew. */
export function AliasTable({ aliases, models, onChange }: Props) {
  const [gone, setGone] = useState<Undoable | null>(null);
  const takeAway = async (alias: AliasObject): Promise<void> => {
    await remove(alias.alias);
    const undo = async (): Promise<void> => {
      await setAlias(requestFor(alias));
      setGone(null);
      onChange();
    };
    // One that nothing answers under, not of a job either, cannot be set again.
    const canReturn = alias.job !== null || alias.model !== null;
    setGone(canReturn ? { said: `${alias.alias} is taken away.`, undo } : null);
    onChange();
  };
  return (
    <>
      <Table<AliasObject>
        name="aliases"
        caption="Aliases"
        rows={aliases}
        keyOf={({ id }) => id}
        empty={<p class="soft">None yet.</p>}
        columns={[
          { head: 'Alias', value: ({ alias }) => alias, cell: ({ alias }) => <code>{alias}</code> },
          {
            head: 'Answers now',
            value: ({ model }) => model,
            cell: ({ model, job }) => (
              <>
                {model === null ? (
                  <span class="warn">nothing</span>
                ) : (
                  <Link to={cardPath(model)}>{model}</Link>
                )}
                {job !== null && (
                  <span class="soft">
                    {' '}
                    follows <Link to={`/jobs/${job}`}>its job</Link>
                  </span>
                )}
              </>
            ),
          },
          {
            head: 'Remove',
            cell: (alias) => (
              <ActButton class="small" act={() => takeAway(alias)}>
                Take away
              </ActButton>
            ),
          },
        ]}
      />
      <Undo done={gone} />
      <NewAlias models={models} onChange={onChange} />
    </>
  );
}

function NewAlias({ models, onChange }: Omit<Props, 'aliases'>) {
  const targets = models.filter((model) => kindOf(model) !== 'alias');
  const [alias, setText] = useState('');
  const [chosen, setChosen] = useState('');
  const model = (targets.find(({ id }) => id === chosen) ?? targets[0])?.id;
  const set = async (): Promise<void> => {
    await setAlias({ alias: alias.trim(), model });
    setText('');
    onChange();
  };
  return (
    <fieldset class="choice form-grid">
      <legend class="unseen">New alias</legend>
      <label>
        Alias
        <input
          value={alias}
          placeholder="gpt-4o-mini"
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </label>
      {targets.length > 1 && (
        <label>
          Model behind it
          <select value={model} onChange={(event) => setChosen(event.currentTarget.value)}>
            <ModelOptions models={targets} />
          </select>
        </label>
      )}
      <div class="row">
        <ActButton act={set} isDisabled={alias.trim() === '' || model === undefined}>
          Set the alias
        </ActButton>
      </div>
    </fieldset>
  );
}

async function setAlias(body: AliasRequest): Promise<void> {
  await ask('/v1/lathe/aliases', { method: 'POST', body });
}

/** Sets an alias as it was: for the job that it followed, or else for its model. */
function requestFor({ alias, model, job }: AliasObject): AliasRequest {
  return job === null ? { alias, model: model ?? undefined } : { alias, job };
}

async function remove(alias: string): Promise<void> {
  await ask(`/v1/lathe/aliases/${encodeURIComponent(alias)}`, { method: 'DELETE' });
}
