import type { KeyObject } from '@lathe/contracts/http/key';
import { useState } from 'preact/hooks';
import { ask, sentenceOf } from '../api/client.ts';
import { useList } from '../api/use-list.ts';
import { useQuery } from '../api/use-query.ts';
import { useQueryText } from '../shell/router.ts';
import { Confirm } from '../ui/confirm.tsx';
import { Answered, Problem } from '../ui/states.tsx';
import { type Column, Table } from '../ui/table.tsx';
import { Time } from '../ui/time.tsx';
import { NewKey } from './new-key.tsx';

/** The keys of the project: who has which, and new ones; those who may not see them are told what their own is. */
export function KeysPage() {
  const own = useQuery((signal) => ask<KeyObject>('/v1/lathe/keys/current', { signal }), []);
  return (
    <>
      <h1>Keys</h1>
      <Answered query={own} what="your key">
        {(key) => (
          <>
            <p>
              You are signed in with the key <b>{key.name}</b> of the project <b>{key.project}</b>,
              as its <b>{key.role}</b>.
            </p>
            {key.role === 'member' ? (
              <p class="soft">
                Keys are made and revoked by an admin of the project; ask whoever gave you yours.
              </p>
            ) : (
              <ProjectKeys own={key} />
            )}
          </>
        )}
      </Answered>
    </>
  );
}

function ProjectKeys({ own }: { readonly own: KeyObject }) {
  const [shown, setShown] = useQueryText('projects');
  const isAll = own.role === 'operator' && shown === 'all';
  const { items, error, hasMore, loadMore, reload } = useList<KeyObject>(
    `/v1/lathe/keys${isAll ? '?project=*' : ''}`,
  );
  const [revoking, setRevoking] = useState<KeyObject | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const revoke = async (id: string): Promise<void> => {
    setProblem(null);
    try {
      await ask(`/v1/lathe/keys/${encodeURIComponent(id)}`, { method: 'DELETE' });
      reload();
    } catch (failure) {
      setProblem(sentenceOf(failure));
    }
  };
  return (
    <>
      <h2>New key</h2>
      <NewKey isOperator={own.role === 'operator'} project={own.project} onMade={reload} />
      <h2>{isAll ? 'Keys of all projects' : `Keys of ${own.project}`}</h2>
      {own.role === 'operator' && (
        <label class="check">
          <input
            type="checkbox"
            checked={isAll}
            onChange={(event) => setShown(event.currentTarget.checked ? 'all' : '')}
          />
          Keys of all projects
        </label>
      )}
      {problem !== null && <Problem text={problem} />}
      <Answered query={{ data: items, error, reload }} what="the keys">
        {(keys) => (
          <Table<KeyObject>
            name="keys"
            caption={isAll ? 'Keys of all projects' : 'Keys of the project'}
            rows={keys}
            keyOf={({ id }) => id}
            more={{ hasMore, loadMore }}
            columns={[
              nameColumn,
              ...(isAll ? [projectColumn] : []),
              ...columns,
              revokeColumn(setRevoking),
            ]}
          />
        )}
      </Answered>
      {revoking !== null && (
        <Confirm
          title={`Revoke ${revoking.name}?`}
          text={
            revoking.id === own.id
              ? 'It is the key that you are signed in with: you are signed out. This cannot be undone.'
              : 'Whatever uses it is refused from now on. This cannot be undone; a new key can be made.'
          }
          act="Revoke the key"
          onClose={() => setRevoking(null)}
          onAct={() => void revoke(revoking.id)}
        />
      )}
    </>
  );
}

const nameColumn: Column<KeyObject> = {
  head: 'Key',
  value: ({ name, id }) => `${name} ${id}`,
  cell: ({ name, redacted_value: end }) => (
    <>
      {name}
      {end !== null && <div class="soft small-text">{end}</div>}
    </>
  ),
};

const columns: readonly Column<KeyObject>[] = [
  {
    head: 'Role',
    value: ({ role }) => role,
    cell: ({ role }) => <span class="badge">{role}</span>,
  },
  {
    head: 'Made',
    value: ({ created_at: at }) => at,
    cell: ({ created_at: at, created_by: by }) =>
      at === null ? (
        <span class="soft">in a setting</span>
      ) : (
        <>
          <Time at={at} />
          {by !== null && <div class="soft small-text">by {by}</div>}
        </>
      ),
  },
  {
    head: 'Last used',
    value: ({ last_used_at: at }) => at,
    cell: ({ last_used_at: at, source }) =>
      at === null ? source === 'setting' ? '–' : 'not yet' : <Time at={at} />,
    isNumber: true,
  },
];

const projectColumn: Column<KeyObject> = {
  head: 'Project',
  value: ({ project }) => project,
  cell: ({ project }) => project,
};

function revokeColumn(revoke: (key: KeyObject) => void): Column<KeyObject> {
  return {
    head: 'Revoke',
    cell: (key) =>
      key.source === 'setting' ? (
        <span class="soft small-text">taken away in its setting</span>
      ) : (
        <button
          type="button"
          class="small danger"
          aria-label={`Revoke ${key.name}`}
          onClick={() => revoke(key)}
        >
          Revoke
        </button>
      ),
  };
}
