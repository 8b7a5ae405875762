import type { AliasObject } from '@lathe/contracts/http/alias';
import type { ModelObject } from '@lathe/contracts/http/model';
import type { EvaluatorObject } from '@lathe/contracts/http/worker';
import { ask } from '../api/client.ts';
import { useList } from '../api/use-list.ts';
import { useQuery } from '../api/use-query.ts';
import { placesOf, usePool } from '../pool/loaded-models.ts';
import { Link } from '../shell/link.tsx';
import { useQueryText } from '../shell/router.ts';
import { Answered, Empty } from '../ui/states.tsx';
import { type Column, Table } from '../ui/table.tsx';
import { Time } from '../ui/time.tsx';
import { AliasTable } from './alias-table.tsx';
import { cardPath, kindOf, taughtText, tryPath } from './model-words.ts';

/** The models of the project: bases, tuned ones and aliases, and checkpoints where they are asked for. */
export function ModelsPage() {
  const models = useQuery((signal) => ask<{ data: ModelObject[] }>('/v1/models', { signal }), []);
  const pool = usePool();
  const evaluators = pool.data?.evaluators ?? [];
  const aliases = useList<AliasObject>('/v1/lathe/aliases');
  const [shown, setShown] = useQueryText('checkpoints');
  const isShown = (model: ModelObject): boolean => shown !== '' || kindOf(model) !== 'checkpoint';
  const reload = (): void => {
    models.reload();
    aliases.reload();
  };
  return (
    <>
      <header class="head">
        <h1>Models</h1>
        <Link to="/jobs/new" class="button main">
          Tune one
        </Link>
      </header>
      <Answered query={models} what="the models">
        {({ data }) => (
          <>
            <Table
              name="models"
              caption="Models"
              rows={data.filter(isShown)}
              columns={[...columns, loadedColumn(evaluators)]}
              keyOf={({ id }) => id}
              empty={
                <Empty title="There is no model yet.">
                  <p>
                    Fetch one with <code>npm run models:get</code>, then tune it.
                  </p>
                </Empty>
              }
            />
            {data.some((model) => kindOf(model) === 'checkpoint') && (
              <label class="check">
                <input
                  type="checkbox"
                  checked={shown !== ''}
                  onChange={(event) => setShown(event.currentTarget.checked ? 'all' : '')}
                />
                Show checkpoints, too
              </label>
            )}
            {data.length > 0 && !data.some((model) => kindOf(model) === 'tuned') && (
              <p class="soft">
                None is tuned yet: <Link to="/jobs/new">a job</Link> makes one of your rows.
              </p>
            )}
            <h2>Aliases</h2>
            <p class="soft">
              A name that your code keeps while the model behind it changes, such as{' '}
              <code>gpt-4o-mini</code>.
            </p>
            <Answered
              query={{ data: aliases.items, error: aliases.error, reload: aliases.reload }}
              what="the aliases"
            >
              {(items) => <AliasTable aliases={items} models={data} onChange={reload} />}
            </Answered>
          </>
        )}
      </Answered>
    </>
  );
}

/** Which evaluators have the model in memory. */
function loadedColumn(evaluators: readonly EvaluatorObject[]): Column<ModelObject> {
  const namesOf = ({ id, lathe }: ModelObject): string =>
    placesOf(evaluators, lathe.alias_of ?? id)
      .map(({ evaluator, size }) => `${evaluator} (${size})`)
      .join(', ');
  return { head: 'In memory of', value: namesOf, cell: (model) => namesOf(model) || '–' };
}

const columns: readonly Column<ModelObject>[] = [
  {
    head: 'Model',
    value: ({ id }) => id,
    cell: ({ id }) => <Link to={cardPath(id)}>{id}</Link>,
  },
  { head: 'Kind', value: kindOf, cell: (model) => <span class="badge">{kindOf(model)}</span> },
  { head: 'Taught', value: taughtText, cell: taughtText },
  {
    head: 'Stands on',
    value: ({ lathe: { alias_of: original, base } }) => original ?? base,
    cell: ({ lathe: { alias_of: original, base } }) => {
      const name = original ?? base;
      return name === null ? '–' : <Link to={cardPath(name)}>{name}</Link>;
    },
  },
  {
    head: 'Created',
    value: ({ created }) => created,
    cell: ({ created }) => <Time at={created} />,
    isNumber: true,
  },
  { head: 'Ask it', cell: ({ id }) => <Link to={tryPath(id)}>Playground</Link> },
];
